"""Templates lie in a folder that people edit by hand: what is in it is read, and what cannot be is told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.sequence_files import SequenceFiles
from adapters.template_files import read_folder, read_templates
from engine.authoring import calendar, catalogue, email, finish, sequence, sms, stage
from engine.errors import FollowupError
from engine.sequence.catalogue import Catalogue
from engine.sequence.check import check
from tests.support.places import line_of

FRONT = "---\nvalue: answer\npurpose: commercial\nsubject: Hello\n---\n"
Writes = Callable[..., Path]


@pytest.fixture
def writes(tmp_path: Path) -> Writes:
    """Writes files into a folder of templates."""
    folder = tmp_path / "templates"

    def writing(**files: str | bytes) -> Path:
        for name, text in files.items():
            file = folder / NAMES.get(name, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return folder

    return writing


NAMES = {
    "hello": "life/hello.email",
    "hello_de": "life/hello.de.email",
    "hello_pt_br": "life/hello.pt-br.email",
    "bye": "life/bye.sms",
    "bye_de": "life/bye.de.sms",
    "signature": "snippets/signature.email",
    "signature_de": "snippets/signature.de.email",
    "hours": "snippets/hours.sms",
}


def life() -> Catalogue:
    """A mail, then a text."""
    steps = (email("hello"), sms("bye", after=calendar(days=1)))
    plan = stage("nurture", *steps, otherwise=finish(after=calendar(days=1)))
    return catalogue(sequence("life", plan, maintainer="ops", starts=["captured"]))


def files(folder: Path, of: Catalogue | None = None) -> SequenceFiles:
    return SequenceFiles(of or life(), fields=(), pipeline=None, texts=read_folder(folder), folder="templates")


def found(some: SequenceFiles) -> list[str]:
    """The codes of what is wrong with the templates."""
    checked = check(some.catalogue, some.template_facts(), None, some.folder)
    return [problem.code for problem in some.problems()] + [f.code for f in checked if f.code.startswith("SEQ2")]


# --- files that are none ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        pytest.param(FRONT.encode() + b"a\nb \xff c", ":7", "it is not UTF-8", id="not UTF-8"),
        pytest.param(b"x" * 10_000_000, "", "it is longer than 20,000 characters", id="10 MB"),
        pytest.param(FRONT + "x" * 20_000, "", "it is longer than 20,000 characters", id="a little too long"),
        pytest.param(FRONT + "a\nb\x00", ":7", "nobody can see, U+0000", id="a character nobody sees"),
        pytest.param(FRONT + "a \ue000", ":6", "nobody can see, U+E000", id="a letter of nobody's alphabet"),
        pytest.param("Hello", ":1", "no front matter", id="no front matter"),
        pytest.param(FRONT + "a\n{% if x %}", ":7", "", id="an if without an end"),
        pytest.param(FRONT + "a\n\n{{ x", ":8", "", id="a brace without an end"),
    ],
)
def test_a_file_that_is_no_template_is_one_error_with_its_place(writes, text, line, why):
    """Whoever saved a spreadsheet under that name is told which file, and which line of it."""
    folder = writes(hello=text, bye=FRONT + "a")
    read = read_folder(folder)
    (fault,) = read.faults.values()
    assert fault.where == f"{folder}/life/hello.email{line and f'{line}:1'}"
    assert why in fault.why
    assert set(read.templates) == {"life/bye.sms"}, "one bad file keeps no other from being used"
    assert found(files(folder)) == [fault.code], "one mistake is told once"
    with pytest.raises(FollowupError):
        files(folder).release()


def test_what_is_broken_in_a_draft_stops_nothing_that_runs(writes):
    """A worker that starts in the night must not fall over what somebody left half written."""
    folder = writes(hello=FRONT + "a", bye=FRONT + "a", **{"draft/new.email": "---", "snippets/new.email": "\0"})
    assert found(files(folder)) == []
    assert len(files(folder).release().plans) == 1


def test_a_folder_in_a_files_place_and_a_way_out_are_refused(writes, tmp_path):
    """A link to a file elsewhere would publish what nobody put among the templates."""
    folder = writes(bye=FRONT + "a")
    (folder / "life/hello.email").mkdir()
    (tmp_path / "secret").write_text(FRONT + "a")
    (folder / "life/out.sms").symlink_to(tmp_path / "secret")
    (folder / "life/gone.sms").symlink_to(folder / "nowhere")
    faults = read_folder(folder).faults
    assert {key: fault.why for key, fault in faults.items()} == {
        "life/gone.sms": "No such file or directory",
        "life/hello.email": "it is a folder",
        "life/out.sms": "it leads out of the folder of templates",
    }


def test_a_byte_order_mark_is_no_part_of_the_text(writes):
    """Editors of one maker write it, and nobody sees it."""
    folder = writes(hello=b"\xef\xbb\xbf" + FRONT.encode() + b"a\r\nb")
    assert read_templates(folder)["life/hello.email"].template.body == "a\nb"


def test_no_folder_has_no_templates(tmp_path):
    """Each step then says which file it misses."""
    (tmp_path / "file").write_text("x")
    for nothing in (tmp_path / "file", tmp_path / "nowhere"):
        assert found(files(nothing)) == ["SEQ201", "SEQ201"]


# --- snippets ---------------------------------------------------------------------------------------------------------


def test_a_snippet_is_pasted_where_its_name_stands(writes):
    """Forty mails with one signature have one place where it is changed."""
    folder = writes(
        hello=FRONT + 'Hi\n\n{{ snippet("signature") }}\n',
        signature="\n{{ owner_name | default('The team') }}\n**{{ company_name }}**\n",
    )
    file = read_templates(folder)["life/hello.email"]
    assert file.template.body == "Hi\n\n{{ owner_name | default('The team') }}\n**{{ company_name }}**"
    assert file.snippets == ("snippets/signature.email",)


def test_a_changed_snippet_is_a_new_version_of_whatever_uses_it(writes):
    """A lead's version must tell exactly what it will be told, and by which snippet."""
    texts = {"hello": FRONT + "{{ snippet('signature') }}", "bye": FRONT + "a"}
    (before,) = files(writes(**texts, signature="Ana")).release().plans
    release = files(writes(signature="Ben", hours="not used")).release()
    (after,) = release.plans
    assert before.version != after.version
    digests = {ref.name: ref.digest for ref in after.templates}
    assert set(digests) == {"life/hello.email", "life/bye.sms", "snippets/signature.email"}
    kept = {text.digest: text.text for text in release.templates}
    assert kept[digests["snippets/signature.email"]] == "Ben"
    assert kept[digests["life/hello.email"]] == FRONT + "Ben", "what is published is whole"
    (unused,) = files(writes(hours="changed, and not used")).release().plans
    assert unused == after


@pytest.mark.parametrize(
    ("texts", "code", "where", "says"),
    [
        pytest.param(
            {"hello": FRONT + "a\n{{ snippet('signatur') }}", "signature": "a"},
            "TPL012", "life/hello.email:7", "did you mean 'signature'?", id="misspelled",
        ),
        pytest.param(
            {"hello": FRONT + "{{ snippet('hours') }}", "hours": "a"},
            "TPL012", "life/hello.email:6", "write templates/snippets/hours.email", id="of another kind",
        ),
        pytest.param(
            {"hello": FRONT + "{{ snippet('../../etc/passwd') }}"},
            "TPL012", "life/hello.email:6", "write templates/snippets/", id="a way out",
        ),
        pytest.param(
            {"hello": FRONT + "{{ snippet('signature') }}", "signature": "a\n{{ snippet('signature') }}"},
            "TPL012", "snippets/signature.email:2", "write the words here", id="in itself",
        ),
        pytest.param(
            {"hello": FRONT + "{{ snippet('signature') }}", "signature": FRONT + "a"},
            "TPL012", "snippets/signature.email:1", "leave its words", id="with front matter",
        ),
        pytest.param(
            {"hello": FRONT + "{{ snippet('signature') }}", "signature": "a\n{% for x in y %}"},
            "TPL002", "snippets/signature.email:2", "use values", id="that is no template",
        ),
        pytest.param(
            {"hello": FRONT + "{{ snippet('signature') }}", "signature": "\na\n{{ nobody }}"},
            "TPL003", "snippets/signature.email:3", "write one of", id="with a token nobody knows",
        ),
        pytest.param(
            {"hello": FRONT + "{{ snippet('signature') }}\n\n{{ nobody }}", "signature": "a\nb\nc"},
            "TPL003", "life/hello.email:8", "write one of", id="above a mistake, which keeps its line",
        ),
        pytest.param(
            {"hello": FRONT + "{{ snippet(signature) }}", "signature": "a"},
            "TPL002", "life/hello.email:6", 'snippet("name")', id="without quotes",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_snippet_is_told_where_it_is_mended(writes, texts, code, where, says):
    """The mistake is in one file, and forty others would show it."""
    folder = writes(bye=FRONT + "a", **texts)
    (problem,) = files(folder).problems()
    assert (problem.code, line_of(problem.where)) == (code, f"{folder}/{where}")
    assert says in problem.next


def test_a_button_in_the_text_and_one_in_a_snippet_are_two(writes):
    """Each alone is fine, so neither file shows the mistake."""
    button = "[a](https://e.com)"
    folder = writes(hello=f"{FRONT}{button}\n\n{{{{ snippet('signature') }}}}", bye=FRONT + "a", signature=button)
    assert [problem.code for problem in files(folder).problems()] == ["TPL009"]


def test_a_subject_may_be_a_snippet(writes):
    """It is the whole text that needs one."""
    front = FRONT.replace("Hello", "{{ snippet('signature') }}")
    assert found(files(writes(hello=front + "a", bye=FRONT + "a", signature="Our offer"))) == []
    (problem,) = files(writes(signature="")).problems()
    assert (problem.code, line_of(problem.where)) == ("TPL004", f"{writes()}/life/hello.email:4")


def test_what_some_leads_would_miss_is_told_on_the_line_its_author_sees(writes):
    """The published text is longer than the file by what is pasted."""
    text = "{{ snippet('signature') }}\n\nHi {% if first_name %}{{ first_name }}{% endif %}, we are here."
    folder = writes(hello=FRONT + text, bye=FRONT + "a", signature="a\nb\nc")
    (problem,) = files(folder).problems()
    assert (problem.code, problem.where) == ("TPL018", f"{folder}/life/hello.email:8:1")


def test_what_a_snippet_keeps_from_some_leads_is_told_where_it_is_pasted(writes):
    """By itself it may be fine; what it comes to is seen only in the mail."""
    greeting = "a\nHi {% if first_name %}{{ first_name }}{% endif %}, b"
    folder = writes(hello=FRONT + "a\n\n{{ snippet('signature') }}\n", bye=FRONT + "a", signature=greeting)
    (problem,) = files(folder).problems()
    assert (problem.code, problem.where) == ("TPL018", f"{folder}/life/hello.email:8:1")


def test_what_has_a_code_of_its_own_is_not_told_again_for_each_lead(writes):
    """One mistake is mended once."""
    folder = writes(hello=FRONT + "{% if first_name > 3 %}a{% endif %}b", bye=FRONT + "a")
    assert found(files(folder)) == ["TPL021"]


def test_a_mistake_in_a_snippet_is_told_once(writes):
    """What it does to each mail that pastes it is mended with it."""
    folder = writes(hello=FRONT + "{{ snippet('signature') }}{{ ' a' }}", bye=FRONT + "a", signature="{name}")
    assert [problem.where for problem in files(folder).problems()] == [f"{folder}/snippets/signature.email:1:1"]


def test_a_gap_in_a_snippet_is_a_gap_in_the_mail(writes):
    """Whoever shares a signature shares its `Hi ,` too."""
    folder = writes(hello=FRONT + "{{ snippet('signature') }}", bye=FRONT + "a", signature="{{ owner_name }}")
    assert found(files(folder)) == ["SEQ205"]


# --- languages --------------------------------------------------------------------------------------------------------


def test_every_language_of_a_template_is_published_with_it(writes):
    """A lead that changes its language must find the other words in the version it runs on."""
    folder = writes(
        hello=FRONT + "Hi {{ snippet('signature') }}",
        hello_de=FRONT + "Hallo {{ snippet('signature') }}",
        hello_pt_br=FRONT + "Olá {{ snippet('signature') }}",
        bye=FRONT + "a",
        signature="Ana",
        signature_de="Ihre Ana",
    )
    some = files(folder)
    assert list(some.languages_of("life/hello.email")) == ["de", "pt-br"]
    (plan,) = some.release().plans
    assert [ref.name for ref in plan.templates] == [
        "life/bye.sms",
        "life/hello.de.email",
        "life/hello.email",
        "life/hello.pt-br.email",
        "snippets/signature.de.email",
        "snippets/signature.email",
    ]
    assert some.templates["life/hello.de.email"].template.body == "Hallo Ihre Ana"
    assert some.templates["life/hello.pt-br.email"].template.body == "Olá Ana"


def test_a_sequence_that_speaks_a_language_here_and_there_is_remarked_upon(writes):
    """Half a conversation in German and the other half in English is worse than all of it in English."""
    folder = writes(hello=FRONT + "a", hello_de=FRONT + "a", bye=FRONT + "a")
    some = files(folder)
    (remark,) = [f for f in check(some.catalogue, some.template_facts()) if f.code == "SEQ206"]
    assert remark.severity == "remark"
    assert remark.what == "'life' speaks de in some steps, and not in life/bye"
    writes(bye_de=FRONT + "a")
    assert found(files(folder)) == []


def test_a_language_without_words_for_everybody_else_is_refused(writes):
    """Whoever reads no German would get nothing."""
    assert found(files(writes(hello_de=FRONT + "a", bye=FRONT + "a"))) == ["SEQ201"]


def test_each_language_is_checked_like_the_first(writes):
    """What is wrong in the German words is met by German leads only, so by nobody who wrote it."""
    folder = writes(hello=FRONT + "a", hello_de=FRONT + "{{ nobody }} {{ first_name }}", bye=FRONT + "a")
    assert found(files(folder)) == ["TPL003", "SEQ205", "SEQ206"]
    assert files(folder).problems()[0].where == f"{folder}/life/hello.de.email:6:4"


@pytest.mark.parametrize("name", ["hello.german.email", "hello.DE.email", "hello.de.short.email"])
def test_a_file_for_no_language_and_no_variant_is_refused(writes, name):
    """Otherwise its leads get the other words, and nobody knows why."""
    folder = writes(hello=FRONT + "a", bye=FRONT + "a", **{f"life/{name}": FRONT + "a"})
    (problem,) = files(folder).problems()
    assert (problem.code, problem.where) == ("TPL017", f"{folder}/life/{name}:1:1")


def test_a_variant_is_no_language_and_has_languages(writes):
    """`new` and `old` are words that are tested, though they look like languages."""
    of = catalogue(
        sequence(
            "life",
            stage("nurture", email("hello", variants={"new": 50, "old": 50}), otherwise=finish(after=calendar(days=1))),
            maintainer="ops",
            starts=["captured"],
        )
    )
    names = ("hello.new", "hello.old", "hello.new.de", "hello.old.de")
    folder = writes(**{f"life/{name}.email": FRONT + "a" for name in names})
    assert found(files(folder, of)) == []
    (plan,) = files(folder, of).release().plans
    assert {ref.name for ref in plan.templates} == {f"life/{name}.email" for name in names}
