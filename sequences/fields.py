"""
The company's own words about a lead: everything a condition, a date or a template may ask for.

A field has one meaning everywhere. Rename one here and every sequence that uses it tells you.
"""

from engine.authoring import field

source = field.choice("source", "web_form", "ad", "referral", "missed_call", "list")
"""Where the lead came from. `missed_call`: somebody rang us, nobody picked up, and we had never heard of them."""

service = field.choice("service", "replacement", "new_system", "repair", "maintenance")
"""What they asked for."""

property_kind = field.choice("property_kind", "home", "business")
"""Where it would be installed."""

outside_area = field.flag("outside_area")
"""Whether the address is too far away for us to be of use when something fails."""

visit_on = field.date("visit_on")
"""The next visit that is booked; empty when none is, and again once it is over."""

renewal_on = field.date("renewal_on")
"""The day the customer's maintenance plan ends."""
