"""What authors write is checked when it is published; what leads tell us can never break out of it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import templates
from adapters.template_checks import problems
from adapters.template_files import read_templates
from adapters.templates import TOKENS, Rendered, read, render
from engine.errors import FollowupError
from engine.sequence.fields import DeclaredField
from engine.sequence.templates import Value
from tests.support.places import line_of

FRONT = "---\nvalue: answer\npurpose: commercial\nsubject: About {{ service }}\n---\n"
HEAT = DeclaredField(name="heat", kind="choice", values=("hot", "cold"))
SHIPPED = read_templates(Path(__file__).parents[2] / "sequences" / "templates")


def rendered(body: str, front: str = "value: answer\npurpose: commercial", **values: str | float | bool) -> Rendered:
    return render(read(f"---\n{front}\n---\n{body}\n", "greeting/hello.email"), values)


def text_field(name: str) -> DeclaredField:
    return DeclaredField(name=name, kind="choice")


# --- what it means ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "values", "text"),
    [
        pytest.param("Hi {{ first_name }}", {"first_name": "Rosa"}, "Hi Rosa", id="a value"),
        pytest.param("Hi {{ first_name | upper }}", {"first_name": "Rosa"}, "Hi ROSA", id="a filter"),
        pytest.param("{{ x | default('there') }}", {}, "there", id="a default in the text"),
        pytest.param("{{ x | default('there') }}", {"x": " "}, "there", id="a blank value is none"),
        pytest.param("{% if heat == 'hot' %}a{% else %}b{% endif %}", {"heat": "hot"}, "a", id="a condition"),
        pytest.param("{% if heat == 'hot' %}a{% else %}b{% endif %}", {}, "b", id="an unknown value is not equal"),
        pytest.param("{% if company %}a{% else %}b{% endif %}", {}, "b", id="an unknown value is false"),
        pytest.param("{{ 'a' if company is defined else 'b' }}", {"company": "Acme"}, "a", id="a choice in a line"),
        pytest.param("on {{ day | date }}", {"day": "2027-03-01"}, "on March 1, 2027", id="a date as people write it"),
        pytest.param("{{ budget }} dollars", {"budget": 5000.0}, "5000 dollars", id="a whole number without a point"),
        pytest.param("{{ name }}", {"name": "<b>Müller & Söhne</b>"}, "<b>Müller & Söhne</b>", id="text is not HTML"),
    ],
)
def test_the_language_says_what_it_looks_like(body, values, text):
    """A person who does not program must be right about what is sent."""
    assert rendered(body, **values) == Rendered(text=text)


def test_defaults_of_the_front_matter_stand_for_what_is_missing():
    """Authors say once what a lead without a name is called."""
    front = "value: answer\npurpose: commercial\nsubject: For {{ first_name }}\ndefaults:\n  first_name: you"
    assert rendered("Hi {{ first_name }}", front) == Rendered(subject="For you", text="Hi you")
    assert rendered("Hi {{ first_name }}", front, first_name="Rosa").text == "Hi Rosa"


@pytest.mark.parametrize("nothing", ["", "  ", "None", "null", "NaN", "undefined"])
def test_every_token_without_a_value_is_named(nothing):
    """`Hi None,` has embarrassed everybody, and one name at a time is three attempts for whoever mends it."""
    found = rendered("Hi {{ first_name }} of {{ company }}, {{ city }}", first_name=nothing, company="Acme")
    assert found == Rendered(missing=("first_name", "city"))


def test_a_missing_token_in_an_arm_nobody_reads_is_not_missing():
    """The condition was written because the value may not be there."""
    assert rendered("{% if company %}at {{ company }}{% else %}hello{% endif %}").text == "hello"


@pytest.mark.parametrize(
    ("body", "values"),
    [
        pytest.param("Hi {first_name}", {}, id="the wrong braces"),
        pytest.param("Hi {{ '{{' }}x", {}, id="braces that survive"),
        pytest.param("Hi [[name]]", {}, id="another product's braces"),
        pytest.param("Hi *|FNAME|*", {}, id="a third product's"),
        pytest.param("Hi {{ name }}", {"name": "{{ 7*7 }}"}, id="a lead that is called like a template"),
        pytest.param("Hi {{ name | default('') }},", {}, id="a greeting without a name"),
        pytest.param("{% if name %}x{% endif %}", {}, id="nothing at all"),
        pytest.param("see ftp://example.com", {}, id="an address that is no web address"),
        pytest.param("{{ link }}", {"link": "javascript:alert(1)"}, id="a script"),
        pytest.param("{{ link }}", {"link": "data:text/html,hello"}, id="a page in an address"),
        pytest.param("{{ a }}" * 100, {"a": "x" * 300}, id="longer than anybody reads"),
    ],
)
def test_what_no_reader_should_see_never_leaves(body, values):
    """The last look at a message is ours, not the recipient's."""
    found = rendered(body, **values)
    assert found.error
    assert found.text == ""


@pytest.mark.parametrize(
    "words", ["here is your usage data: 12 visits", "Data:\n12 visits", "we teach JavaScript: today"]
)
def test_a_word_before_a_colon_is_no_address(words):
    """A message about somebody's data waited for a person with every lead."""
    assert rendered(words) == Rendered(text=words)


def test_a_mail_whose_subject_comes_to_nothing_never_leaves():
    """It would be taken for spam."""
    source = "---\nvalue: answer\npurpose: commercial\nsubject: {{ company | default('') }}\n---\nhello\n"
    assert render(read(source, "greeting/hello.email", marked=True), {}).error == "the mail has no subject"
    assert render(read(source, "greeting/hello.sms"), {}).text == "hello"


@pytest.mark.parametrize("name", ["Rosa\nBcc: everybody@example.com", "Rosa\rX: y"])
def test_a_subject_is_one_line(name):
    """A line break in a subject writes a header."""
    found = rendered("hello", "value: answer\npurpose: commercial\nsubject: Hi {{ name }}", name=name)
    assert found.subject in ("Hi Rosa Bcc: everybody@example.com", "Hi RosaX: y")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_whatever_a_lead_is_called_rendering_never_raises(name):
    """A name is typed by strangers."""
    found = rendered("Hi {{ name }}, it is us", "value: answer\npurpose: commercial\nsubject: {{ name }}", name=name)
    assert bool(found.text) != bool(found.missing or found.error)


# --- what may not be written ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("{% for x in name %}{{ x }}{% endfor %}", id="a loop"),
        pytest.param("{{ name.upper() }}", id="a call"),
        pytest.param("{{ name.__class__ }}", id="an attribute"),
        pytest.param("{{ name['x'] }}", id="an item"),
        pytest.param("{{ 'a' * 10 ** 12 }}", id="a multiplication"),
        pytest.param("{{ 9 ** 9 ** 9 }}", id="a power"),
        pytest.param("{{ 'a' ~ name }}", id="a concatenation"),
        pytest.param("{{ 'a' | center(50000000) }}", id="a filter that fills memory"),
        pytest.param("{{ name | attr('x') }}", id="a filter that reaches inside"),
        pytest.param("{{ name | replace('a', 'b') }}", id="a filter we do not have"),
        pytest.param("{% set x = 1 %}", id="an assignment"),
        pytest.param("{% include 'x' %}", id="another file"),
        pytest.param("{% macro x() %}{% endmacro %}", id="a macro"),
        pytest.param("{{ name is callable }}", id="a test we do not have"),
        pytest.param("{{ name | upper(3) }}", id="a filter with too many words"),
        pytest.param("{{ name | default }}", id="a default of nothing"),
        pytest.param("{{ name | default(boolean=1) }}", id="a word with a name"),
        pytest.param("{% if a %}" * 90 + "{% endif %}" * 90, id="ninety questions in each other"),
        pytest.param("{{ " + "not " * 300 + "a }}", id="three hundred times no"),
        pytest.param("{% if %}", id="no sense at all"),
        pytest.param("{{ name", id="an open brace"),
    ],
)
def test_the_language_is_no_larger_than_it_must_be(body):
    """What cannot be written cannot escape, loop or fill the memory."""
    with pytest.raises(FollowupError) as refused:
        read(f"{FRONT}first line\n{body}\n", "greeting/hello.email")
    assert refused.value.code == "TPL002"
    assert refused.value.where == "greeting/hello.email:7:1"


def test_a_comparison_that_makes_no_sense_is_told_and_does_not_raise():
    """A budget whose default is a word would otherwise fail every attempt of a look, for ever."""
    found = rendered("{% if budget > 100 %}a{% endif %}b", budget="a lot")
    assert "cannot be rendered" in (found.error or "")
    assert rendered("{% if budget > 100 %}a{% endif %}b").error


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        pytest.param("{{ name.first }}", 6, "a value of a value", id="a value of a value"),
        pytest.param("{% for x in name %}{% endfor %}", 6, "a loop", id="a loop"),
        pytest.param("{{ budget * 2 }}", 6, "arithmetic", id="arithmetic"),
        pytest.param("a\n{% if name %}b\n\n{{ name }}\n\nc", 7, "an `if` is begun and never ended", id="no end"),
        pytest.param("{% if a %}{% if b %}\nb{% endif %}\n{% if c %}\nd", 8, "never ended", id="the innermost"),
    ],
)
def test_what_is_not_allowed_is_told_in_an_authors_words(body, line, says):
    """Nobody who writes mails knows what a Getattr is, and an open `if` is mended where it was begun."""
    with pytest.raises(FollowupError, match=says) as refused:
        read(f"{FRONT}{body}\n", "greeting/hello.email")
    assert line_of(refused.value.where) == f"greeting/hello.email:{line}"


def test_brackets_without_end_are_refused_as_any_other_misuse():
    """An author's slip must not end in a traceback."""
    with pytest.raises(FollowupError, match="nested too deeply"):
        read(f"{FRONT}{{{{ {'(' * 5000}\n", "greeting/hello.email")


def test_a_file_that_is_no_text_is_named(tmp_path):
    """A spreadsheet saved under the name of a template is no message."""
    (tmp_path / "greeting").mkdir()
    (tmp_path / "greeting" / "hello.email").write_bytes(b"\xff\xfe")
    with pytest.raises(FollowupError, match="not UTF-8"):
        read_templates(tmp_path)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("Hi", id="no front matter"),
        pytest.param("---\nvalue: answer\npurpose: commercial\n---\nHi\0", id="a character nobody sees"),
        pytest.param("---\nvalue: answer\n---\nHi", id="no purpose"),
        pytest.param("---\npurpose: commercial\n---\nHi", id="no value"),
        pytest.param("---\nvalue: a\npurpose: commercial\ndefaults: x\n---\nHi", id="a default on the wrong line"),
        pytest.param("---\nvalue: a\npurpose: commercial\ncolour: red\n---\nHi", id="an unknown word"),
        pytest.param("---\nvalue: a\nvalue: b\npurpose: commercial\n---\nHi", id="a word twice"),
        pytest.param("---\nvalue: a\npurpose: commercial\n  x: y\n---\nHi", id="indented under nothing"),
        pytest.param("---\nvalue a\npurpose: commercial\n---\nHi", id="no colon"),
        pytest.param(FRONT + "x" * 20_001, id="longer than a book"),
    ],
)
def test_front_matter_is_complete_and_spelled_right(source):
    """A misspelled `subjekt:` would send a mail without one."""
    with pytest.raises(FollowupError) as refused:
        read(source, "greeting/hello.email")
    assert refused.value.code == "TPL001"


def test_an_author_is_told_every_word_nobody_knows():
    """At publish time, not when the first lead is waiting."""
    front = "value: answer\npurpose: transactional\ndefaults:\n  frist_name: you"
    template = read(f"---\n{front}\n---\nHi {{{{ firstname }}}} of {{{{ city }}}}\n", "greeting/hello.email")
    found = problems(template, "email", [HEAT], "greeting/hello.email")
    assert [(problem.code, line_of(problem.where)) for problem in found] == [
        ("TPL005", "greeting/hello.email:3"),
        ("TPL003", "greeting/hello.email:5"),
        ("TPL003", "greeting/hello.email:7"),
        ("TPL003", "greeting/hello.email:7"),
    ]
    everything = [text_field(name) for name in ("city", "firstname", "frist_name")]
    assert [problem.code for problem in problems(template, "sms", everything, "x")] == ["TPL005"]


@pytest.mark.parametrize(
    ("front", "line", "says"),
    [
        pytest.param("value: answer\npurpose: commercial\nsubjekt: Hi", 4, "did you mean 'subject'?", id="misspelled"),
        pytest.param("value: answer", 1, "add `purpose:` to its front matter", id="missing"),
        pytest.param("value answer", 2, "mend the line that is named", id="no colon"),
        pytest.param("value: answer\npurpose: foo", 3, "write one of: commercial, transactional", id="no purpose"),
        pytest.param("value: answer\npurpose: comercial", 3, "did you mean 'commercial'?", id="nearly a purpose"),
    ],
)
def test_front_matter_is_mended_where_it_is_wrong(front: str, line: int, says: str):
    """Who is told to begin with --- and did so has been told nothing."""
    with pytest.raises(FollowupError) as refused:
        read(f"---\n{front}\n---\nHi\n", "greeting/hello.email")
    assert refused.value.next == says
    assert line_of(refused.value.where) == f"greeting/hello.email:{line}"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        pytest.param("acknowledgment", "did you mean 'acknowledgement'?", id="misspelled"),
        pytest.param("nice", f"write one of: {', '.join(Value)}", id="made up"),
        pytest.param("", f"write one of: {', '.join(Value)}", id="left empty"),
    ],
)
def test_a_value_nobody_knows_is_refused(value: str, says: str):
    """A misspelled acknowledgement would count as a useful touch, and let a lead go too early."""
    template = read(f"---\nvalue: {value}\npurpose: commercial\n---\nHi\n", "greeting/hello.sms")
    (problem,) = problems(template, "sms", [], "greeting/hello.sms")
    assert (problem.code, problem.what, problem.next) == ("TPL007", f"there is no value {value!r}", says)


def test_what_was_published_with_another_value_is_still_read():
    """A list that grows shorter must not strand the leads on their way."""
    assert read("---\nvalue: nice\npurpose: commercial\n---\nHi\n", "greeting/hello.sms").front.value == "nice"


# --- what is shipped --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", SHIPPED.values(), ids=SHIPPED.keys())
def test_every_shipped_template_renders_with_and_without_each_value(file):
    """Raw or empty merge tags went out to thousands because nobody had tried the combination."""
    ours = {"company_name": "Acme", "company_phone": "(202) 555-0100", "booking_url": "https://example.com/book"}
    everything = {name: "Rosa" for name in templates.tokens_of(file.template)} | ours
    for absent in [None, *(name for name in everything if name not in ours)]:
        values = {name: value for name, value in everything.items() if name != absent}
        assert rendered_of(file.template, values).text, absent


def rendered_of(template: templates.Template, values: dict[str, str]) -> Rendered:
    return render(template, values)


def test_a_digest_names_a_text_and_nothing_else():
    """Which wording a lead got must be provable years later."""
    assert templates.digest_of("a") != templates.digest_of("b")
    assert read(FRONT + "x", "one").digest == read(FRONT + "x", "another").digest


def test_ours_and_theirs_are_told_apart():
    """`company` is the lead's, `company_name` ours: a mail that mixes them up is absurd."""
    assert {"company", "company_name"} <= set(TOKENS)
