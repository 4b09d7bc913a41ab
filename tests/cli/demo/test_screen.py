"""What a spectator of the demo reads: lives in plain words, and a table that fits the terminal."""

from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from adapters.timeline import Happening
from cli.demo.screen import Life, Screen, plain_words
from cli.demo.script import ScriptedLead
from tests.adapters.world import MONDAY

ANA = ScriptedLead(record="1", name="Ana Oliveira", story="", arrives="0d")
LIVES = (
    Life(
        name="Ana Oliveira", stage="re_engage", received={"email": 10, "sms": 1}, calls=2, why="x is over: " + "y " * 40
    ),
    Life(name="Dimitri Papadopoulos", stage="retain", received={"email": 9}, calls=12, why="waits"),
)


def happening(kind, what, text, **more) -> Happening:
    """Something that happened on Monday morning."""
    return Happening(at=MONDAY, kind=kind, what=what, text=text, **more)


@pytest.mark.parametrize(
    ("happened", "told"),
    [
        (happening("event", "captured", "the lead is captured"), "enquired"),
        (happening("event", "replied", "the lead answers with a question"), "answers with a question"),
        (happening("event", "won", "the deal is won"), "the deal is won"),
        (happening("event", "lost", "the deal is lost"), "the deal is lost"),
        (happening("touch", "accepted", "email got-it accepted"), "email got-it sent"),
        (happening("touch", "suppressed", "sms hint suppressed"), "sms hint left out"),
        (
            happening("touch", "lost", "email got-it lost"),
            "email got-it is unknown to the provider, so the owner is asked",
        ),
        (happening("stage", "response", "capture → response"), "capture → response"),
        (happening("task", "done", "call first-call: no answer"), "call first-call: no answer"),
        (happening("task", "given_up", "call first-call: given up"), "call first-call: given up"),
        (
            happening("enrolment", "started", "care started because the deal is won"),
            "care started because the deal is won",
        ),
        (happening("enrolment", "started", "inbound started because the lead is captured"), None),
        (happening("touch", "in_flight", "email got-it in flight"), None),
        (happening("event", "fields_changed", "fields of the lead change"), None),
        (happening("event", "task_done", "a task is done"), None),
        (happening("task", "opened", "call first-call for the owner"), None),
        (happening("event", "replied", "the lead answers (ignored: stale)", changed_nothing=True), None),
    ],
    ids=lambda part: part.text if isinstance(part, Happening) else "",
)
def test_a_life_is_told_in_plain_words_and_without_what_only_we_see(happened, told):
    """It reads like a life, not like a log."""
    assert plain_words(happened) == told


def shown(width: int, show) -> list[str]:
    """The lines a terminal of that width gets."""
    out = StringIO()
    show(Screen(Console(file=out, width=width), "America/New_York"))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_a_line_says_when_who_and_what_and_the_zone_is_named_once():
    """Half a year goes by: whoever looks up for a moment must find the way back in."""

    def show(screen: Screen) -> None:
        for hours in (0, 1):
            told = happening("event", "captured", "the lead is captured")
            screen.tell(ANA, told.model_copy(update={"at": MONDAY + timedelta(hours=hours)}))

    assert shown(80, show) == [
        "All times are New York time.",
        "",
        "Mon 23 Nov 10:00  Ana Oliveira          enquired",
        "Mon 23 Nov 11:00  Ana Oliveira          enquired",
    ]


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_the_terminal(width):
    """A sentence squeezed into twenty characters is not read."""
    lines = shown(width, lambda screen: screen.table(LIVES))
    assert max(map(len, lines)) <= width
    assert max(len(line) for line in lines if "y y y" in line) > width - 10
    ana = next(line for line in lines if line.startswith("Ana"))
    assert ana.split()[:6] == ["Ana", "Oliveira", "re-engage", "10", "1", "2"]
