"""One text becomes both parts of a mail, and nothing that a lead told us becomes a part of either but its words."""

import string
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.front_matter import FrontMatter
from adapters.templates import Rendered, Template, read, render

FRONT = (
    "---\nvalue: answer\npurpose: commercial\nsubject: Hello {{ first_name }}\ndefaults:\n  first_name: there\n---\n"
)
OURS = {"booking_url": "https://book.example/x?a=1&b=2", "company_phone": "(202) 555-0100", "company_name": "Acme"}


def rendered(body: str, **values: str) -> Rendered:
    return render(read(FRONT + body, "greeting/hello.email", marked=True), {**OURS, **values})


class Tags(HTMLParser):
    """Every tag of a page with what it says, in the order they come."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


# --- what an author writes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "text", "html"),
    [
        pytest.param("One\n\nTwo", "One\n\nTwo", "<p>One</p>\n<p>Two</p>\n", id="paragraphs"),
        pytest.param("Ana\nAcme", "Ana\nAcme", "<p>Ana<br>\nAcme</p>\n", id="a line break is one"),
        pytest.param(
            "**a** and *b*", "a and b", "<p><strong>a</strong> and <em>b</em></p>\n", id="bold and italic"
        ),
        pytest.param(
            "See [our guide](https://e.com/g) first.",
            "See our guide (https://e.com/g) first.",
            '<p>See <a href="https://e.com/g">our guide</a> first.</p>\n',
            id="a link",
        ),
        pytest.param(
            "<https://e.com/g>", "https://e.com/g", '<p><a href="https://e.com/g">https://e.com/g</a></p>\n',
            id="an address as it is, which is no button",
        ),
        pytest.param(
            "Ring [us](tel:{{ company_phone }})",
            "Ring us ((202) 555-0100)",
            '<p>Ring <a href="tel:2025550100">us</a></p>\n',
            id="a number to dial",
        ),
        pytest.param(
            "Here: {{ booking_url }}",
            "Here: https://book.example/x?a=1&b=2",
            '<p>Here: <a href="https://book.example/x?a=1&amp;b=2">https://book.example/x?a=1&amp;b=2</a></p>\n',
            id="our own address is a link by itself",
        ),
        pytest.param(
            "At [{{ company_name }}, {{ booking_url }}]({{ booking_url }}).",
            "At Acme, https://book.example/x?a=1&b=2 (https://book.example/x?a=1&b=2).",
            '<p>At <a href="https://book.example/x?a=1&amp;b=2">Acme, https://book.example/x?a=1&amp;b=2</a>.</p>\n',
            id="our own address within a link is none more",
        ),
        pytest.param(
            "You get:\n- a\n- b\n  - c\n\nBye",
            "You get:\n- a\n- b\n  - c\n\nBye",
            "<p>You get:</p>\n<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n<p>Bye</p>\n",
            id="a list, and one in it",
        ),
        pytest.param(
            "1. a\n2. b\n\n   more", "1. a\n2. b\n\n   more",
            "<ol>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n<p>more</p>\n</li>\n</ol>\n",
            id="a list with numbers, and two paragraphs in one of them",
        ),
        pytest.param("5 * 3 \\*s snake_case", "5 * 3 *s snake_case", "<p>5 * 3 *s snake_case</p>\n", id="no markup"),
        pytest.param("a < b & c", "a < b & c", "<p>a &lt; b &amp; c</p>\n", id="signs that HTML reads"),
    ],
)  # fmt: skip
def test_both_parts_come_from_one_source(body, text, html):
    """Two sources drift apart, and whoever reads the other one learns something else."""
    assert rendered(body) == Rendered(subject="Hello there", text=text, html=html)


def test_a_link_alone_in_its_paragraph_is_a_button():
    """The one thing a mail asks for is seen at a glance, and still says where it leads where there are no buttons."""
    found = rendered("Hi {{ first_name }},\n\n[Pick a time]({{ booking_url }})\n\nAna")
    assert found.text == "Hi there,\n\nPick a time: https://book.example/x?a=1&b=2\n\nAna"
    (_, _, (tag, said), _) = Tags(found.html).found
    assert (tag, dict(said)["href"]) == ("a", "https://book.example/x?a=1&b=2")
    assert "inline-block" in (dict(said)["style"] or "")


# --- what a lead tells us ---------------------------------------------------------------------------------------------

EVERYWHERE = """Hi {{ first_name }},

**for {{ company }}** and *{{ last_name }}* [see {{ first_name }}]({{ booking_url }}).
{{ first_name }}

- {{ company }}
- {% if last_name %}{{ last_name | upper }}{% else %}none{% endif %}

[{{ first_name }}]({{ booking_url }})
"""
PLAIN = {"first_name": "Rosa", "last_name": "Diaz", "company": "Acme"}


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("<img src=x onerror=alert(1)>", id="a picture that runs a script"),
        pytest.param("</p><script>alert(1)</script>", id="a script"),
        pytest.param('" style="position:fixed', id="a quote out of an attribute"),
        pytest.param("**bold** *it* __b__", id="bold"),
        pytest.param("**", id="half of bold"),
        pytest.param("[x](mailto:a@b.example)", id="a link"),
        pytest.param("](mailto:a@b.example)", id="the end of a link"),
        pytest.param("[", id="the beginning of one"),
        pytest.param("- a", id="a list"),
        pytest.param("1. a", id="a list with a number"),
        pytest.param("\\", id="a back-slash"),
        pytest.param("a\n\n- b\n\nc", id="paragraphs"),
        pytest.param("a\r\nBcc: b", id="a header"),
        pytest.param("a\u2028\u2028b\x85c", id="line ends that look like none"),
        pytest.param("\ue0000\ue001 \ue0021\ue001", id="what we write slots with"),
        pytest.param("\u202eevil\u2066", id="marks that turn the text round"),
        pytest.param("&lt;b&gt; &amp;", id="entities"),
        pytest.param("<mailto:a@b.example>", id="a link in brackets"),
    ],
)
def test_what_a_lead_tells_us_is_only_ever_words(hostile):
    """Names are typed by strangers, into a form that mails them to whomever they say."""
    found = rendered(EVERYWHERE, **dict.fromkeys(PLAIN, hostile))
    plain = rendered(EVERYWHERE, **PLAIN)
    assert found.error is None
    assert Tags(found.html).found == Tags(plain.html).found
    assert found.text.count("\n") == plain.text.count("\n")
    shown = " ".join("".join(letter for letter in hostile if letter not in TURNING).split())
    assert found.text.startswith(f"Hi {shown},\n")
    assert f"Hi {shown}," in Tags(found.html).words[0]


TURNING = "\u202e\u2066\ue000\ue001\ue002"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(string.punctuation + "\n")), max_size=40))
def test_no_name_changes_the_shape_of_a_mail(name):
    """What nobody thought of is tried too."""
    found = rendered(EVERYWHERE, **dict.fromkeys(PLAIN, name))
    if found.html:
        assert Tags(found.html).found == Tags(rendered(EVERYWHERE, **PLAIN).html).found
    else:
        assert found.error or found.missing


@pytest.mark.parametrize("name", ["https://evil.example", "Win now www.evil.example", "a http://x"])
def test_a_web_address_is_no_name(name):
    """Mail programs turn it into a link, so forms are filled in with one to send it to others in our name."""
    assert rendered("Hi {{ first_name }},", first_name=name).text == "Hi there,"
    assert rendered("Hi {{ last_name }},", last_name=name).missing == ("last_name",)


def test_a_default_is_words_too():
    """Whether a value is known must not decide how it is read."""
    front = FrontMatter(value="answer", purpose="commercial", subject="s", defaults=(("company", "**us**"),))
    template = Template(digest="d", front=front, body="for {{ company }}, {{ '**x**' }}", marked=True)
    assert render(template, {}).text == "for **us**, **x**"
    assert render(template, {}).html == "<p>for **us**, **x**</p>\n"


# --- what never leaves ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param("{% if company %}**{% endif %}a**", "left open", id="bold that only some leads get the end of"),
        pytest.param("[a](https://e.com/{{ first_name }})", "what a lead told us", id="a lead's word in an address"),
        pytest.param("[a]({{ first_name }})", "what a lead told us", id="a lead's word for an address"),
        pytest.param("[a](javascript:alert)", "leads to no address", id="a script for an address"),
        pytest.param("[a](/book)", "leads to no address", id="half an address"),
    ],
)
def test_a_mail_that_would_come_out_wrong_waits_for_a_person(body, why):
    """Validation finds these before; what slips through must still not be read by anybody."""
    found = rendered(body, first_name="Rosa")
    assert why in (found.error or "")
    assert (found.text, found.html) == ("", "")


def test_texts_and_scripts_stay_as_they_are_written():
    """A star in a text is a star, and a script is read by a person of ours."""
    template = read("---\nvalue: answer\npurpose: commercial\n---\n**a** [b](https://e.com) {{ first_name }}", "x.sms")
    assert render(template, {"first_name": "<b>"}) == Rendered(text="**a** [b](https://e.com) <b>")
