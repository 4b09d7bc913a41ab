"""What on-call reads in the Temporal UI about one lead."""

from engine.life.sentences import WAKES
from engine.life.turn import Turn
from engine.sequence.wording import say_stage, say_words, sentence

LINES_KEPT = 20


def page(turn: Turn, story: str) -> str:
    """The current details: where the lead stands, what comes next and why, and what happened last (Markdown)."""
    state, _, reason = turn.state.partition(".")
    now = f"**{say_words(state)}**" + (f" ({say_words(reason)})" if reason else "")
    zone = f" ({turn.zone})" if turn.zone else ""
    lines = [f"### {say_stage(turn.stage)}, {now}", "", f"**Next:** {turn.why}."]
    lines += ["", f"**What wakes it:** {' '.join(sentence(WAKES[key]) for key in _wakes(turn, state))}"]
    lines += ["", f"**Lately**{zone}:", "", story or "- nothing yet"]
    lines += ["", f"**Ask and repair:** `followup lead explain {turn.lead_id}`"]
    return "\n".join(lines)


def _wakes(turn: Turn, state: str) -> tuple[str, ...]:
    if turn.over:
        return ("over",)
    return (state, "open") if state in WAKES and state != "over" else ("open",)


def retold(story: str, news: str) -> str:
    """The story with its news, oldest lines dropped."""
    return "\n".join([*story.splitlines(), *news.splitlines()][-LINES_KEPT:])
