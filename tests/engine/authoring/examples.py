"""Fourteen sequences as operations teams would write them: if one of these reads badly, the language is wrong."""

# ruff: noqa: F403, F405 - sequences are written with this import, so the examples are too

from engine.authoring import *

source = field.choice("source", "web_form", "ad", "referral", "list")
heat = field.number("heat")
size = field.choice("size", "small", "large")
vip = field.flag("vip")
renewal_on = field.date("renewal_on")
visit_on = field.date("visit_on")
won_on = field.date("won_on")

NOT_REACHED = outcome("first-call").is_("no_answer", "voicemail", "busy", "gatekeeper", "given_up")

speed_to_lead = sequence(
    "speed-to-lead",
    stage(
        "capture",
        otherwise=goto("response"),
    ),
    stage(
        "response",
        branch(
            "office",
            case(open_now, sms("got-it")),
            otherwise=[email("got-it-we-call-at-eight")],
        ),
        call(
            "first-call",
            due=working(minutes=5),
            escalate={"on_duty": working(minutes=10)},
            give_up=working(minutes=45),
        ),
        sms("tried-to-call", after=elapsed(minutes=1), only_if=NOT_REACHED),
        email("what-to-expect", after=elapsed(minutes=30)),
        otherwise=start("no-answer", after=business_days(1)),
        when=[on("replied", finish("goal_met"))],
    ),
    maintainer="revops",
    starts=["captured"],
    only_if=source.is_("web_form", "ad"),
    when=[on("meeting_booked", finish("goal_met"))],
)

missed_call = sequence(
    "missed-call",
    stage(
        "as_is",
        sms("text-back", only_if=can("sms")),
        email("mail-back", only_if=not_(can("sms"))),
        call("call-back", due=working(minutes=15), give_up=working(hours=4)),
        otherwise=finish(),
        hours=window("Mon-Sun", "00:00-24:00"),
    ),
    maintainer="office",
    starts=["call_missed"],
    again=elapsed(minutes=20),
    gives_back=True,
    sender="company",
    after_human=elapsed(),
)

proposal = sequence(
    "proposal",
    stage(
        "convert",
        email("how-to-read", after=business_days(2, at="09:30")),
        email("similar-job", after=calendar(days=4), thread="how-to-read"),
        call("any-questions", after=business_days(2, at="10:00")),
        email("other-options", after=calendar(days=5)),
        task("settle", after=quiet(business_days(4)), due=business_days(2), proposes="Lost"),
        otherwise=finish(),
        when=[
            on(reply(ReplyClass.POSITIVE, "question"), carry_on()),
            on(entered("Negotiating"), finish("goal_met")),
        ],
    ),
    maintainer="sales",
    starts=["proposal_sent", entered("Proposal Pending")],
    again=calendar(days=1),
    when=[on("contract_signed", finish("goal_met")), on("lost", finish("not_interested"))],
)

delayed_deal = sequence(
    "delayed-deal",
    stage(
        "nurture",
        email("lower-bills", after=calendar(days=21, at="09:30")),
        email("repair-or-replace", after=calendar(days=35, at="09:30")),
        call("good-time", after=calendar(days=60, at="10:00"), due=business_days(2)),
        otherwise=start("win-back", after=calendar(days=30)),
    ),
    maintainer="sales",
    starts=[entered("Delayed")],
    again="if_inactive",
)

no_show = sequence(
    "no-show",
    stage(
        "as_is",
        sms("sorry-we-missed-you", after=elapsed(minutes=10)),
        call("another-time", after=working(hours=1), due=working(hours=2), give_up=business_days(1)),
        email("pick-a-time", after=business_days(1), only_if=outcome("another-time").is_("no_answer", "given_up")),
        otherwise=finish(after=business_days(2)),
        when=[on("meeting_booked", finish("goal_met"))],
    ),
    maintainer="sales",
    starts=["meeting_no_show", "meeting_cancelled"],
    again="if_inactive",
    gives_back=True,
)

win_back = sequence(
    "win-back",
    stage(
        "re_engage",
        email("what-changed"),
        email("an-honest-offer", after=quiet(calendar(days=10, at="09:00"))),
        sms("last-word", after=business_days(5), only_if=all_of(can("sms"), any_of(vip.is_(True), size.is_("large")))),
        otherwise=finish(after=calendar(days=7)),
    ),
    maintainer="marketing",
    starts=[entered("Unable to Contact")],
    again=calendar(days=180),
    stale_after=business_days(3),
)

onboarding = sequence(
    "onboarding",
    stage(
        "retain",
        email("welcome"),
        task("hand-over", to="installer", due=business_days(5), blocks=False),
        email("first-week", after=calendar(days=7, at="09:30")),
        email("all-well", after=calendar(days=23), if_past="send"),
        otherwise=start("referral", after=calendar(days=45)),
        when=[on("replied", carry_on()), on("meeting_booked", carry_on())],
    ),
    maintainer="service",
    starts=["won", "paid"],
)

referral = sequence(
    "referral",
    stage(
        "retain",
        email("who-else", at=since(won_on, days=60, at="10:00"), if_past="skip"),
        email("who-else-again", after=calendar(days=30), thread="who-else", template="referral/who-else"),
        otherwise=start("renewal", after=calendar(days=30)),
        when=[on(reply("referral"), finish("goal_met"))],
    ),
    maintainer="service",
)

renewal = sequence(
    "renewal",
    stage(
        "retain",
        email("plan-ends", at=before(renewal_on, days=30, at="09:30")),
        call("renewal-call", at=before(renewal_on, days=10, at="10:00"), due=business_days(2), only_if=can("voice")),
        otherwise=finish(after=calendar(days=30)),
        when=[on(since(renewal_on), finish())],
    ),
    maintainer="service",
    again="if_inactive",
)

special_offer = sequence(
    "special-offer",
    stage(
        "as_is",
        email("the-offer"),
        email("it-ends-soon", after=calendar(days=5)),
        otherwise=finish(after=calendar(days=3)),
    ),
    maintainer="marketing",
    starts=[by_hand("special-offer")],
    gives_back=True,
    again=calendar(days=90),
)

no_answer = sequence(
    "no-answer",
    stage(
        "response",
        call("second-call", due=working(hours=2), give_up=working(hours=8), only_if=can("voice")),
        sms("a-word-by-text", only_if=outcome("second-call").is_("no_answer", "voicemail", "busy")),
        email("questions-to-ask", after=business_days(1, at="09:30")),
        otherwise=goto("nurture", after=business_days(2)),
    ),
    stage(
        "nurture",
        email("case-study"),
        email("price-guide", after=calendar(days=6)),
        email("second-opinion", after=calendar(days=7)),
        call("still-thinking", after=calendar(days=7)),
        otherwise=start("win-back", after=quiet(calendar(days=14))),
        when=[on("replied", finish("goal_met"))],
    ),
    maintainer="revops",
)

qualification_by_text = sequence(
    "qualification-by-text",
    stage(
        "response",
        sms("small-or-large", only_if=can("sms")),
        task("judge-the-answer", to="sdr", due=working(hours=1), give_up=working(hours=4)),
        branch(
            "by-size",
            case(size.is_("large"), call("large-job", due=working(hours=1), give_up=business_days(1))),
            case(size.is_("small"), then=start("no-answer", after=business_days(1))),
            otherwise=finish("disqualified", after=calendar(days=7)),
        ),
        otherwise=finish(after=business_days(1)),
        when=[on(reply("question"), carry_on()), on("fields_changed", finish("goal_met"))],
    ),
    maintainer="sdr",
    starts=[by_hand("qualify")],
    only_if=not_(size.known()),
)

cadence_by_heat = sequence(
    "cadence-by-heat",
    stage(
        "convert",
        branch(
            "by-heat",
            case(heat.at_least(70), call("hot-call", due=working(hours=1)), email("hot-mail")),
            case(heat.below(40), email("cold-mail", after=business_days(5))),
            otherwise=goto("nurture", after=calendar(days=1)),
        ),
        otherwise=goto("nurture", after=business_days(2)),
    ),
    stage(
        "nurture",
        email("warm-mail", after=business_days(3)),
        otherwise=finish(after=business_days(5)),
        when=[on("proposal_viewed", goto("convert"))],
    ),
    maintainer="revops",
    starts=[entered("Demo")],
    hours=window("Mon-Fri", "09:00-12:00", "13:00-17:00", also=window("Sat", "10:00-14:00")),
)

visit_reminders = sequence(
    "visit-reminders",
    stage(
        "as_is",
        sms("visit-tomorrow", at=before(visit_on, days=1, at="10:00"), if_past="skip"),
        sms("on-our-way", at=before(visit_on, hours=1), if_past="skip"),
        otherwise=finish(after=elapsed(hours=2)),
        when=[on("meeting_cancelled", finish()), on("replied", carry_on())],
    ),
    maintainer="office",
    starts=["meeting_booked"],
    gives_back=True,
    again="if_inactive",
    sender="company",
)

LIFE = catalogue(
    missed_call,
    visit_reminders,
    no_show,
    special_offer,
    qualification_by_text,
    proposal,
    delayed_deal,
    cadence_by_heat,
    speed_to_lead,
    no_answer,
    win_back,
    onboarding,
    referral,
    renewal,
)
