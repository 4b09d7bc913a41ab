"""
A customer has just given us a nine or a ten: one thank-you that asks for an introduction, and one that makes it easy.

Asked on the day of the rating, and of one person in a company, once a year.
"""

from engine.authoring import becomes, business_days, calendar, email, finish, sequence, stage

from .fields import rating

referral = sequence(
    "referral",
    stage(
        "retain",
        email("thank-you", after=business_days(1, at="10:00")),
        email("words-to-forward", after=calendar(days=14, at="10:00"), thread="thank-you"),
        otherwise=finish("completed", after=calendar(days=14)),
    ),
    maintainer="success",
    starts=[becomes(rating.at_least(9))],
    again=calendar(days=365),
    one_contact_per_account=True,
)
