"""What mypy refuses, so that an editor shows the mistake while it is typed."""

import re
from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).parents[3]

WRONG = {
    "an unknown stage": 'goto("nurturing")',
    "a stage that leads nowhere": 'goto("as_is")',
    "an unknown stage plan": 'stage("lost", otherwise=finish())',
    "an unknown event": 'on("reply", finish())',
    "an unknown start": 'sequence("a", plan, maintainer="ops", starts=["capture"])',
    "an unknown disposition": 'outcome("ring").is_("answered")',
    "an unknown finish reason": 'finish("won")',
    "an unknown channel": 'can("fax")',
    "an unknown sense of an answer": 'reply("nice")',
    "an unknown way to be late": 'email("a", if_past="wait")',
    "a number as delay": 'email("a", after=3)',
    "a string as delay": 'email("a", after="3 days")',
    "a string as delay of an exit": 'goto("nurture", after="1 day")',
    "a moment as after": 'email("a", after=before(ends_on, days=1))',
    "a delay as at": 'email("a", at=elapsed(hours=1))',
    "a quiet due": 'call("a", due=quiet(elapsed(hours=1)))',
    "a number as give_up": 'call("a", give_up=4)',
    "a number as rung": 'call("a", escalate={"manager": 4})',
    "half an hour": "elapsed(hours=0.5)",
    "a delay by position": "elapsed(5)",
    "a number as time": "calendar(days=1, at=9)",
    "carry_on as otherwise": 'stage("nurture", otherwise=carry_on())',
    "carry_on as then": "case(open_now, then=carry_on())",
    "carry_on as otherwise of a branch": 'branch("a", case(open_now), otherwise=carry_on())',
    "a stage without otherwise": 'stage("nurture", email("a"))',
    "a branch without otherwise": 'branch("a", case(open_now))',
    "a sequence without maintainer": 'sequence("a", plan)',
    "an exit as step": 'stage("nurture", finish(), otherwise=finish())',
    "a stage as step": 'stage("nurture", plan, otherwise=finish())',
    "a step as case": 'branch("a", email("b"), otherwise=[])',
    "a comparison as condition": 'email("a", only_if=source == "ad")',
    "a field as condition": 'email("a", only_if=source)',
    "a string as flag value": 'vip.is_("yes")',
    "a number field asked for a value": 'heat.is_("hot")',
    "a choice compared": "source.at_least(3)",
    "a name as date field": 'before("ends_on", days=1)',
    "a flag as date field": "before(vip, days=1)",
    "a thread of a text": 'sms("a", thread="b")',
    "a proposal of a call": 'call("a", proposes="Lost")',
    "a delay as start": 'sequence("a", plan, maintainer="ops", starts=[elapsed(hours=1)])',
    "approval by somebody": 'email("a", approve="manager")',
    "variants without shares": 'sms("a", variants=["b"])',
    "a part of a lead a day": 'sequence("a", plan, maintainer="ops", per_day=0.5)',
    "an account's name": 'sequence("a", plan, maintainer="ops", one_contact_per_account="acme")',
    "a holdout that is no percent": 'sequence("a", plan, maintainer="ops", holdout="10")',
    "a question without an exit": 'ask("why", saves=source, answers={"ad": ["1"]}, wait=elapsed(hours=1))',
    "a question about a number": 'ask("why", saves=heat, answers={}, wait=elapsed(hours=1), no_answer=finish())',
    "an automated call, which comes later": 'stage("nurture", voice("ring"), otherwise=finish())',
    "a change of a field": "on(becomes(vip), finish())",
    "a word that there is not": 'email("a", delay=3)',
    "a stage in the catalogue": "catalogue(plan)",
}

RIGHT = """
from engine.authoring import *

source = field.choice("source", "web_form", "ad")
heat = field.number("heat")
vip = field.flag("vip")
ends_on = field.date("ends_on")
plan = stage("nurture", email("a"), otherwise=finish(after=calendar(days=1)))
hot = vip.is_(True)
question = ask("q", saves=source, answers={"ad": ["1", "ad"]}, wait=elapsed(hours=1), no_answer=finish())
life = catalogue(
    sequence("life", plan, maintainer="ops", starts=["captured", reply("positive"), entered("Demo")]),
    sequence("hot", stage("nurture", question, otherwise=finish()), maintainer="ops", starts=[becomes(heat.below(1))]),
    sequence("end", plan, maintainer="ops", starts=[before(ends_on, days=1)], when=[on(becomes(hot), finish())]),
)
"""


@pytest.fixture(scope="module")
def refused_lines(tmp_path_factory: pytest.TempPathFactory) -> set[int]:
    """The lines on which one run of mypy finds an error."""
    program = tmp_path_factory.mktemp("wrong") / "wrong.py"
    program.write_text(RIGHT + "\n".join(WRONG.values()) + "\n")
    config = ["--strict", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache")]
    told, trouble, _ = api.run([*config, "--no-error-summary", str(program)])
    assert not trouble
    return {int(line) for line in re.findall(r"^.*?wrong\.py:(\d+): error:", told, re.MULTILINE)}


@pytest.mark.parametrize(("number", "mistake"), list(enumerate(WRONG)), ids=list(WRONG))
def test_mypy_refuses(refused_lines: set[int], number: int, mistake: str):
    """The earlier an author sees a mistake, the less of a life it costs."""
    line = RIGHT.count("\n") + number + 1
    assert line in refused_lines, f"mypy accepts {mistake}: {WRONG[mistake]}"


def test_mypy_accepts_what_is_right(refused_lines: set[int]):
    """A checker that cries wolf is switched off."""
    assert all(line > RIGHT.count("\n") for line in refused_lines)
