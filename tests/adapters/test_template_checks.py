"""What an author must mend is told on its line, before a lead waits for it."""

import pytest

from adapters.template_checks import nothing_said, problems, refused_when_sent, remarks, text_problems
from adapters.template_files import TemplateFile
from adapters.template_values import printed_tokens
from adapters.templates import Template, read, render
from engine.sequence.fields import DeclaredField
from tests.support.places import line_of

FIELDS = (
    DeclaredField(name="service", kind="choice", values=("repair", "new")),
    DeclaredField(name="budget", kind="number"),
    DeclaredField(name="visit_on", kind="date"),
    DeclaredField(name="vip", kind="flag"),
)
FRONT = "---\nvalue: answer\npurpose: commercial\nsubject: Hello\n---\n"
BODY_LINE = 6
OURS = {"company_name": "Acme", "company_phone": "(202) 555-0100", "booking_url": "https://e.com/book"}


def mail(body: str) -> Template:
    return read(f"{FRONT}{body}\n", "life/hello.email", marked=True)


def text(body: str) -> Template:
    return read(f"---\nvalue: answer\npurpose: commercial\n---\n{body}\n", "life/hello.sms")


# --- holes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["first_name", "owner_name", "booking_url", "service", "budget", "visit_on"])
def test_whatever_is_printed_may_be_missing(token):
    """Of no kind of value do we know that every lead has it."""
    assert printed_tokens(mail(f"a {{{{ {token} }}}}")) == (token,)


@pytest.mark.parametrize(
    ("body", "holes"),
    [
        pytest.param("{{ x | upper | trim }}", ("x",), id="through filters"),
        pytest.param("{{ x | default('y') | upper }}", (), id="with a default"),
        pytest.param("{{ x | default(y) }}", ("y",), id="with a default that may be missing too"),
        pytest.param("{% if x %}{{ x }}{% endif %}", (), id="asked for first"),
        pytest.param("{% if x %}{% else %}{{ x }}{% endif %}", ("x",), id="asked for, in the other arm"),
        pytest.param("{% if not x %}a{% else %}{{ x }}{% endif %}", (), id="asked for the other way round"),
        pytest.param("{% if x is defined %}{{ x }}{% endif %}", (), id="asked for in other words"),
        pytest.param("{% if x is undefined %}a{% elif y %}{{ x }}{% endif %}", (), id="ruled out before"),
        pytest.param("{% if x == 'a' %}{{ x }}{% endif %}", (), id="compared"),
        pytest.param("{% if x != 'a' %}{{ x }}{% endif %}", ("x",), id="unlike something, as a missing one is"),
        pytest.param("{% if x and y %}{{ x }}{{ y }}{% endif %}", (), id="both asked for"),
        pytest.param("{% if x or y %}{{ x }}{{ y }}{% endif %}", ("x", "y"), id="one of them asked for"),
        pytest.param("{% if x == 'a' or x == 'b' %}{{ x }}{% endif %}", (), id="one or the other value"),
        pytest.param("{{ x if x else 'a' }}", (), id="asked for within the line"),
        pytest.param("{{ 'a' if y else x }}", ("x",), id="in the other half of a line"),
        pytest.param("{{ x or 'a' }}", (), id="or something else"),
        pytest.param("{{ x or y }}", ("y",), id="or something that may be missing"),
        pytest.param("{{ x and y }}", ("x", "y"), id="and the other"),
        pytest.param("{% if x %}{% if y %}{{ x }}{{ z }}{% endif %}{% endif %}", ("z",), id="asked for further out"),
    ],
)
def test_a_hole_is_seen_where_there_is_one_and_only_there(body, holes):
    """Told too often, authors give defaults to what they had asked for, and the question is always true."""
    assert printed_tokens(mail(body)) == holes


# --- what must be mended ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code", "line", "says"),
    [
        pytest.param("Hi\n{{ frist_name }}", "TPL003", 1, "did you mean 'first_name'?", id="nobody's token"),
        pytest.param("Hi\n\na **b\n\nc", "TPL008", 2, "end what you began", id="bold without an end"),
        pytest.param("a\nb [c](https://e.com", "TPL008", 1, "end what you began", id="a link without an end"),
        pytest.param("{% if vip %}\na\n{% endif %}\nb **c", "TPL008", 3, "end what you", id="below an if"),
        pytest.param("# Big news", "TPL008", 0, "nothing else is markup", id="a heading"),
        pytest.param("a\n\n> b", "TPL008", 2, "nothing else is markup", id="a quotation"),
        pytest.param("a\n---\nb", "TPL008", 1, "nothing else is markup", id="a line across"),
        pytest.param("a <b>c</b>", "TPL008", 0, "nothing else is markup", id="HTML"),
        pytest.param("a `b`", "TPL008", 0, "nothing else is markup", id="code"),
        pytest.param("![a](https://e.com/a.png)", "TPL008", 0, "nothing else is markup", id="a picture"),
        pytest.param("[a](https://e.com)\n\n[b](https://e.com)", "TPL009", 2, "into a sentence", id="two buttons"),
        pytest.param("a\n[b](javascript:c)", "TPL010", 1, "https://…", id="a script for an address"),
        pytest.param("[b](e.com)", "TPL010", 0, "https://…", id="an address without https"),
        pytest.param("[b](https://e.com/{{ service }})", "TPL010", 0, "make it of", id="a lead's word in an address"),
        pytest.param("a\n{{ vip }}", "TPL016", 1, "{% if vip %}", id="a yes or no that is printed"),
        pytest.param("{{ 'a' if vip }}", "TPL016", 0, "… if … else …", id="a choice that may say nothing"),
        pytest.param("a\n{{ company | default(' ') }}", "TPL016", 1, "words that fit", id="a default of nothing"),
        pytest.param("a\nsee ftp://e.com", "TPL018", 1, "https://…", id="an address of no web"),
    ],
)
def test_a_mistake_is_told_on_its_line(body, code, line, says):
    """The place opens in an editor, and the next sentence says what to write there."""
    (problem,) = problems(mail(body), "email", FIELDS, "life/hello.email")
    assert (problem.code, line_of(problem.where)) == (code, f"life/hello.email:{BODY_LINE + line}")
    assert says in problem.next


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("{% if vip %}[a](https://e.com){% else %}[b](https://e.com){% endif %}", id="a button each"),
        pytest.param("[a]({{ booking_url }}) and [b](mailto:{{ owner_email }})", id="our own addresses"),
        pytest.param("**{% if vip %}a{% else %}b{% endif %}** *c* 5 * 3 a_b -- #1 a>b 'x'", id="signs in a text"),
        pytest.param("a [b] (c) !", id="brackets"),
    ],
)
def test_what_is_meant_is_not_refused(body):
    """An author who is told off for nothing stops reading."""
    assert problems(mail(body), "email", FIELDS, "x") == ()


def test_dates_are_refused_in_a_language_we_cannot_say_them_in():
    """2027-03-01 in the middle of a Swedish sentence is no date to a Swede."""
    template = mail("a\n{{ visit_on | date }}")
    assert problems(template, "email", FIELDS, "x", "pt-br") == ()
    (problem,) = text_problems(template, FIELDS, "x", "sv")
    assert (problem.code, line_of(problem.where)) == ("TPL013", f"x:{BODY_LINE + 1}")


def test_a_script_is_held_to_the_same_words():
    """Whoever reads a hole aloud on the phone is as embarrassed as whoever mails it."""
    script = read("---\nvalue: nice\npurpose: commercial\nsubject: a\n---\nAsk {{ nobody }} **x\n", "a.call")
    assert [problem.code for problem in problems(script, "call", FIELDS, "a.call")] == ["TPL007", "TPL003"]


# --- what is worth a second look --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param("a [b](https://192.0.2.7/x)", "leads to a number", id="a number for a name"),
        pytest.param("a [b](http://[2001:db8::1]/x)", "leads to a number", id="a long number"),
        pytest.param("a [b](http://e.com/x)", "is not https", id="no https"),
    ],
)
def test_a_link_as_swindlers_write_it_is_warned_of(body, says):
    """Spam filters read links before anybody reads words."""
    (found,) = remarks(mail(f"a\n\n{body}"), "email", FIELDS, "life/hello.email", OURS)
    assert (found.severity, found.code, line_of(found.where)) == (
        "warning",
        "TPL011",
        f"life/hello.email:{BODY_LINE + 2}",
    )
    assert says in found.what


@pytest.mark.parametrize(
    ("body", "segments"),
    [
        pytest.param("a" * 459, None, id="three"),
        pytest.param("a" * 460, "about 4 segments;", id="four"),
        pytest.param("ł" + "a" * 201, "about 4 segments because of ł;", id="four, for one letter"),
        pytest.param("{% if service == 'new' %}" + "a" * 460 + "{% endif %}b", "about 4 segments;", id="for some"),
        pytest.param("{{ first_name }}" + "a" * 451, "about 4 segments;", id="with a name"),
    ],
)
def test_a_dear_text_is_remarked_upon(body, segments):
    """Each segment is paid for like a text; nobody counts them by eye."""
    found = [remark.what for remark in remarks(text(body), "sms", FIELDS, "x", OURS)]
    assert [what for what in found if segments and segments in what] == found
    assert bool(found) is bool(segments)


def test_what_nobody_has_said_of_us_is_warned_of():
    """A setting that is missing holds up every lead at that message, and none before it."""
    template = mail("{{ booking_url }} {{ company_phone | default('-') }} {{ company_name }}")
    (found,) = remarks(template, "email", FIELDS, "x", {"company_name": "Acme"})
    assert (found.code, found.next) == ("TPL014", "set FOLLOWUP_BOOKING_URL")
    assert [*remarks(template, "email", FIELDS, "x", OURS)] == []


def test_what_no_setting_says_is_found_where_it_is_printed():
    """Whoever wants to take it out looks for that line."""
    body = "Good morning.\n\nBook here: {{ booking_url }}"
    (found,) = remarks(mail(body), "email", FIELDS, "x", {})
    assert line_of(found.where) == f"x:{BODY_LINE + 2}"
    (from_a_snippet,) = remarks(mail(body), "email", FIELDS, "x", {}, own=mail("Good morning.\n"))
    assert line_of(from_a_snippet.where) == f"x:{BODY_LINE}", "its line in the pasted text is none of this file"


@pytest.mark.parametrize("words", ["{first_name}", "[[name]]", "*|FNAME|*", "100 %%", "Hi , it is us"])
@pytest.mark.parametrize(
    "before", ["", "{% if company %}a{% else %}\n", "one\n\n"], ids=["first", "in an arm", "below"]
)
def test_what_would_be_stopped_for_every_lead_is_told_to_its_author(words, before):
    """Copied from another tool it looks right to everybody, and the first lead waits for a person in the night."""
    template = mail(before + words + ("{% endif %}" if "if" in before else ""))
    (problem,) = problems(template, "email", FIELDS, "x")
    assert (problem.code, line_of(problem.where)) == ("TPL018", f"x:{BODY_LINE + before.count(chr(10))}")
    assert render(template, {}).error


@pytest.mark.parametrize(
    ("test", "says"),
    [
        pytest.param("service == 'repiar'", "did you mean 'repair'?", id="a value misspelled"),
        pytest.param("service != 'gone'", "write one of: repair, new", id="a value that is gone"),
        pytest.param("budget and budget > '100'", "write a number, like 70", id="a number in quotes"),
        pytest.param("vip == 'yes'", "write `{% if vip %}` alone", id="a yes in words"),
        pytest.param("visit_on == 3", "write a date in quotes", id="a date as a number"),
    ],
)
def test_a_question_that_nobody_answers_with_yes_is_told_to_its_author(test, says):
    """The paragraph behind it was written for somebody, and nobody gets it."""
    (problem,) = problems(mail(f"a\n{{% if {test} %}}b{{% endif %}}"), "email", FIELDS, "x")
    assert (problem.code, line_of(problem.where), problem.next) == ("TPL019", f"x:{BODY_LINE + 1}", says)


@pytest.mark.parametrize(
    "test", ["service == 'new'", "budget and budget >= 100", "vip == true", "visit_on == '2027-01-01'"]
)
def test_a_question_that_somebody_answers_with_yes_is_fine(test):
    """What is good must stay quiet."""
    assert problems(mail(f"a {{% if {test} %}}b{{% endif %}}"), "email", FIELDS, "x") == ()


@pytest.mark.parametrize(
    "body",
    [
        "{% if budget > 100 %}b{% endif %}",
        "{% if vip and budget <= 100 %}b{% endif %}",
        "{% if not budget < 100 %}b{% endif %}",
        "{% if budget or budget < 100 %}b{% endif %}",
        "{% if vip %}{% if visit_on > '2027-01-01' %}b{% endif %}{% endif %}",
        "{% if vip %}a{% elif budget >= 1 %}b{% endif %}",
        "{{ 'a' if budget > 100 else 'b' }}",
    ],
)
def test_how_large_is_asked_only_of_what_is_there(body):
    """A message that cannot be written for half of the leads waits for a person with each of them."""
    (problem,) = problems(mail(f"a\n{body}"), "email", FIELDS, "x")
    assert (problem.code, line_of(problem.where)) == ("TPL021", f"x:{BODY_LINE + 1}")


@pytest.mark.parametrize(
    "body",
    [
        "{% if budget and budget > 100 %}b{% endif %}",
        "{% if budget %}{{ 'a' if budget > 100 else 'b' }}{% endif %}",
        "{% if not budget %}a{% elif budget > 100 %}b{% endif %}",
        "{% if not budget or budget > 100 %}b{% endif %}",
    ],
)
def test_how_large_may_be_asked_of_what_is_there(body):
    """And so every lead gets its message, those without one too."""
    assert problems(mail(f"a {body}"), "email", FIELDS, "x") == ()
    assert render(mail(f"a {body}"), {}).error is None


@pytest.mark.parametrize("words", ["[here](https://example.com)", "**now**", "<b>now</b>", "<br>"])
def test_markup_in_a_text_is_told_to_its_author(words):
    """A phone shows the stars and brackets."""
    (problem, *_) = problems(text(f"one\ntwo {words}"), "sms", FIELDS, "x")
    assert (problem.code, problem.where) == ("TPL020", f"x:6:{5 + max(words.find(']('), 0)}")
    assert problems(text("5 < 6 and 7 > 3, (see https://example.com) *now*"), "sms", FIELDS, "x") == ()


def test_a_mail_without_a_text_is_told_to_its_author():
    """An empty file is saved quickly."""
    (problem,) = nothing_said(mail(""), "x")
    assert (problem.code, line_of(problem.where)) == ("TPL018", f"x:{BODY_LINE + 1}")
    assert list(nothing_said(mail("a"), "x")) == []


def test_a_mail_without_a_subject_is_told_to_its_author():
    """Of a text nobody expects one."""
    front = "---\nvalue: answer\npurpose: commercial\n"
    (problem,) = nothing_said(read(f"{front}subject:\n---\na\n", "x", marked=True), "x")
    assert (problem.code, problem.where) == ("TPL004", "x:4:1")
    assert list(nothing_said(read(f"{front}---\na\n", "x"), "x")) == []


def test_a_default_of_nothing_is_told_to_its_author():
    """A name somebody meant to fill in later greets half of the leads with a hole."""
    source = "---\nvalue: answer\npurpose: commercial\nsubject: a\ndefaults:\n  first_name:\n---\nHi {{ first_name }}\n"
    (problem,) = problems(read(source, "x", marked=True), "email", FIELDS, "x")
    assert (problem.code, problem.where) == ("TPL016", "x:6:3")


def test_a_mistake_in_the_subject_has_its_column():
    """Most texts have one line below it, and some have none."""
    source = "---\nvalue: answer\npurpose: commercial\nsubject: About {{ nobody }}\n---\na\n"
    (problem,) = problems(read(source, "x", marked=True), "email", FIELDS, "x")
    assert (problem.code, problem.where) == ("TPL003", "x:4:19")


# --- what only some leads would miss ----------------------------------------------------------------------------------


def file_of(subject: str, body: str, kind: str = "email", defaults: str = "") -> TemplateFile:
    front = f"value: answer\npurpose: commercial\nsubject: {subject}\n{defaults}"
    source = f"---\n{front}---\n{body}\n"
    template = read(source, "x", marked=kind == "email")
    return TemplateFile("life/hello", kind, "x", source, template, template)


@pytest.mark.parametrize(
    ("body", "place", "says", "who"),
    [
        pytest.param("a\n{% if first_name %}b {% endif %}Hi {{ first_name or '' }}, c", "7:33", "greets nobody",
                     "a lead without first_name", id="no name to greet"),
        pytest.param("{% if vip %}\na\n{% endif %}\nHi {% if company %}you{% endif %}, b", "9:1", "greets nobody",
                     "a lead without company, vip", id="below an if that is left out"),
        pytest.param("{% if company %}a{% endif %}", "6:1", "it is empty", "a lead without company", id="no text"),
        pytest.param("a\n\n{{ '{' }}", "8:1", "left of the token", "every lead", id="a brace in quotes"),
        pytest.param("a {% if service == 'new' %}\nsee {{ 'ftp://' }}e.com{% endif %}", "7:9", "no web",
                     "a lead whose service is new", id="an answer"),
        pytest.param("a\n\n**b{% if vip %}**{% endif %}", "8:1", "left open", "a lead without vip", id="bold for ever"),
        pytest.param("a\n[b](mailto:{{ owner_email | default('a@e.com') }})", "7:1", "a lead told us",
                     "a lead without owner_email", id="a link of other words"),
        pytest.param("a\n{% if budget | default('none') > 3 %}b{% endif %}", "7:1", "cannot be rendered",
                     "a lead without budget", id="a word that is compared"),
    ],
)  # fmt: skip
def test_what_some_leads_would_never_get_is_told_to_its_author(body, place, says, who):
    """The step tells nothing of it, since no value is missing; the first such lead would wait for a person."""
    file = file_of("Hello", body)
    assert problems(file.own, "email", FIELDS, "x") == ()
    (problem,) = refused_when_sent(file, FIELDS)
    assert (problem.code, problem.where) == ("TPL018", f"x:{place}")
    assert says in problem.what
    assert who in (problem.why or "")


@pytest.mark.parametrize(
    ("subject", "says"),
    [
        pytest.param("{% if company %}a{% endif %}", "no subject", id="empty for some"),
        pytest.param('{{ "a\\nb" if company else "c" }}', "more than one line", id="a break in quotes"),
    ],
)
def test_a_subject_that_some_leads_would_not_get_is_told_to_its_author(subject, says):
    """A mail without a subject is taken for spam."""
    (problem,) = refused_when_sent(file_of(subject, "a"), FIELDS)
    assert (problem.code, problem.where) == ("TPL018", "x:4:10")
    assert says in problem.what


@pytest.mark.parametrize(
    ("body", "defaults"),
    [
        pytest.param(
            "Hi {{ first_name }}, {% if vip %}**a**{% else %}b{% endif %}",
            "defaults:\n  first_name: there\n",
            id="a default",
        ),
        pytest.param("{{ first_name }}{% if service == 'new' %}, b{% endif %}", "", id="a hole, told at the step"),
        pytest.param("a{{ ' for you' if vip else '' }}", "", id="a choice of nothing"),
        pytest.param("[a]({{ booking_url }}){% if budget and budget > 3 %} b{% endif %}", "", id="ours, and a size"),
    ],
)
def test_what_every_lead_can_get_is_fine(body, defaults):
    """What is good must stay quiet."""
    assert list(refused_when_sent(file_of("Hello", body, defaults=defaults), FIELDS)) == []
