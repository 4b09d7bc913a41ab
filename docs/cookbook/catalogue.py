"""The twelve patterns as one catalogue, so that they can be checked, drawn and rehearsed together."""

from engine.authoring import catalogue

from .delayed_deal import delayed_deal
from .heat_cadence import heat_cadence
from .missed_call import missed_call
from .no_show import no_show
from .onboarding import onboarding
from .price_change import price_change
from .proposal import proposal
from .qualification import qualification
from .referral import referral
from .renewal import renewal
from .speed_to_lead import speed_to_lead
from .win_back import win_back

CATALOGUE = catalogue(
    missed_call,
    no_show,
    proposal,
    onboarding,
    renewal,
    price_change,
    delayed_deal,
    qualification,
    speed_to_lead,
    heat_cadence,
    win_back,
    referral,
)
