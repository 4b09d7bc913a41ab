"""A plan as one page for whoever approves it: every changed message as a lead would read it, before and after."""

from collections import abc
from html import escape
from typing import Final

from adapters import templates
from adapters.example_lead import PERSON, values_of
from adapters.release import Release
from adapters.settings import Settings
from adapters.snippets import FOLDER
from adapters.template_files import language_of
from adapters.templates import Values
from api.planning import CopyChange, InFlight, Planned, PlannedSequence
from engine.errors import FollowupError
from engine.sequence.word_diff import Span

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2433; --faint: #667085; --line: #e4e7ec; --paper: #fff; --sheet: #f8f9fb;
  --gone: #b42318; --gone-paper: #fdeceb; --new: #067647; --new-paper: #e3f6ec; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --faint: #98a2b3; --line: #303846; --paper: #14181f;
  --sheet: #1b212b; --gone: #ff9c94; --gone-paper: #45201e; --new: #7fdcaa; --new-paper: #14382a; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1100px;
  margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }
h2 span { font-weight: 400; color: var(--faint); } h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
p { margin: .25rem 0; } .faint { color: var(--faint); } ul { margin: .5rem 0; padding-left: 1.25rem; }
pre { font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; background: var(--sheet); padding: .75rem 1rem;
  border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; overflow-wrap: anywhere; }
del { color: var(--gone); background: var(--gone-paper); } ins { color: var(--new); background: var(--new-paper);
  text-decoration: none; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.two > div { border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; min-width: 0; }
.two h4 { margin: 0 0 .5rem; font-size: .8rem; color: var(--faint); font-weight: 500; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; } .subject { font-weight: 600; margin-bottom: .5rem; }
.wrong { color: var(--gone); }
@media (max-width: 700px) { .two { grid-template-columns: 1fr; } }
@media print { body { margin: 0; max-width: none; } .two { break-inside: avoid; } }
"""


def page(plan: Planned, release: Release, settings: Settings) -> str:
    """The page, as HTML that needs nothing but itself."""
    values = values_of(release.fields, settings)
    changed = [one for one in plan.sequences if one.state != "unchanged"]
    body = [
        "<h1>What publishing changes</h1>",
        f'<p class="faint">{escape(_against(plan))}</p>',
        *(_sequence(one, values) for one in changed),
        *([] if changed else ["<p>No sequence changes.</p>"]),
        *_around(plan),
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>What publishing changes</title><style>{STYLE}</style><body>{''.join(body)}</body></html>\n"
    )


def _against(plan: Planned) -> str:
    lead = f"Messages are written to {PERSON['first_name']} {PERSON['last_name']}, who does not exist."
    if plan.seen == 0 or plan.published_at is None:
        return f"Nothing is published yet. {lead}"
    return (
        f"Held against publication {plan.seen} by {plan.published_by}, {plan.published_at:%-d %b %Y %H:%M} UTC. {lead}"
    )


def _sequence(one: PlannedSequence, values: Values) -> str:
    parts = [f"<h2>{escape(one.name)} <span>{one.state}</span></h2>"]
    parts += [f"<p>{escape(one.note)}</p>"] if one.note else []
    parts += _list(change.clause for change in one.changes)
    parts += _list(map(_flight, one.in_flight))
    parts += [_copy(change, values) for change in one.copy_changes]
    return "".join(parts)


def _flight(flight: InFlight) -> str:
    return f"{flight.leads:,} in flight on {flight.version}: {flight.then}"


def _around(plan: Planned) -> abc.Iterator[str]:
    if plan.order_changed:
        yield f"<h2>The order</h2><p>{escape(', '.join(plan.order))}</p>"
        yield f'<p class="faint">It was {escape(", ".join(plan.order_before))}.</p>'
    if plan.company:
        yield "<h2>For every lead at once</h2>"
        yield from _list(plan.company)


def _list(lines: abc.Iterable[str]) -> list[str]:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return [f"<ul>{items}</ul>"] if items else []


# --- words ------------------------------------------------------------------------------------------------------------


def _copy(change: CopyChange, values: Values) -> str:
    title = f"<h3>{escape(change.template)}</h3>"
    source = f"<pre>{''.join(map(_span, change.words))}</pre>"
    if change.template.startswith(f"{FOLDER}/"):
        return f"{title}{source}"  # a piece that others paste is no message by itself
    both = "".join(
        f"<div><h4>{when}</h4>{_message(change.template, text, values)}</div>"
        for when, text in (("Before", change.before), ("After", change.after))
    )
    return f'{title}<div class="two">{both}</div>{source}'


def _span(span: Span) -> str:
    text = escape(span.text)
    match span.kind:
        case "same":
            return text
        case "gone":
            return f"<del>{text}</del>"
        case "new":
            return f"<ins>{text}</ins>"


def _message(name: str, source: str, values: Values) -> str:
    if not source:
        return '<p class="faint">There is none.</p>'
    try:
        stem, _, kind = name.rpartition(".")
        template = templates.read(source, name, marked=kind == "email", language=language_of(stem) or "en")
        rendered = templates.render(template, values)
    except FollowupError as error:  # published by a release that allowed more
        return f'<p class="wrong">{escape(error.what)}</p>'
    wrong = rendered.error or ("it lacks " + ", ".join(rendered.missing) if rendered.missing else "")
    if wrong:
        return f'<p class="wrong">It could not be sent: {escape(wrong)}.</p>'
    subject = f'<div class="subject">{escape(rendered.subject)}</div>' if rendered.subject else ""
    return f'{subject}<div class="text">{escape(rendered.text)}</div>'
