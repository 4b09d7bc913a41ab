"""
What the cookbook's company knows of a lead: it runs payroll and books for companies of five to two hundred people.

`source` and `renewal_on` are those of `sequences/fields.py`; the others go there with the pattern that asks for them.
"""

from engine.authoring import field

source = field.choice("source", "web_form", "ad", "referral", "missed_call", "list")
"""Where the lead came from."""

team_size = field.choice("team_size", "small", "medium", "large")
"""How many people they pay: up to 10, up to 50, more."""

timing = field.choice("timing", "now", "this_year", "unsure")
"""When they would like to change."""

heat = field.choice("heat", "cold", "warm", "hot")
"""How likely they are to buy soon, as the CRM's score sees it."""

plan = field.choice("plan", "basic", "full")
"""What they have of us: payroll alone, or payroll and books."""

rating = field.number("rating")
"""What they gave us when we asked last, from 0 to 10."""

first_payroll_on = field.date("first_payroll_on")
"""The first pay day that is ours to run."""

renewal_on = field.date("renewal_on")
"""The day the contract ends."""

price_changes_on = field.date("price_changes_on")
"""The first day of the new price; empty when none is announced."""

left_on = field.date("left_on")
"""The day a customer's contract ended for good."""
