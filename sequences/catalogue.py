"""
What runs, highest first: a sequence takes a lead from those below it, never from those above.

What is not in this list is a draft and is not published.
"""

from engine.authoring import catalogue
from sequences.customer_care import customer_care
from sequences.inbound_lead import inbound_lead
from sequences.keep_in_touch import keep_in_touch
from sequences.missed_call import missed_call
from sequences.proposal_follow_up import proposal_follow_up

CATALOGUE = catalogue(
    missed_call,
    proposal_follow_up,
    keep_in_touch,
    inbound_lead,
    customer_care,
)
