"""What on-call reads in the Temporal UI about one lead."""

from temporalio.common import RawValue

from engine.life.turn import Turn

LINES_KEPT = 20
SCRAP_LIMIT = 16_000
"""Characters of a signal's content that are kept; more is no event of ours."""


def page(turn: Turn, story: str) -> str:
    """The current details: where the lead stands, what comes next and why, and what happened last (Markdown)."""
    state, _, reason = turn.state.partition(".")
    now = f"**{state}**" + (f": {reason.replace('_', ' ')}" if reason else "")
    lines = [f"### {turn.stage.replace('_', ' ')}, {now}", "", f"**Next:** {turn.why}"]
    if not turn.over:
        lines += ["", f"**Looks again:** {turn.due:%a %d %b %Y %H:%M} UTC at the latest, or when anything happens"]
    lines += ["", "**Lately:**", "", story or "- nothing yet"]
    lines += ["", f"**Ask and repair:** `followup lead explain {turn.lead_id}`"]
    return "\n".join(lines)


def retold(story: str, news: str) -> str:
    """The story with its news, oldest lines dropped."""
    return "\n".join([*story.splitlines(), *news.splitlines()][-LINES_KEPT:])


def readable(content: RawValue) -> str:
    """A signal's content as text, whatever it is; what is no text is shown as hex."""
    raw = content.payload.data[:SCRAP_LIMIT]
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.hex()
