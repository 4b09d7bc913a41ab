"""What the text of a template takes from a lead and may not find: values it prints, values whose size it asks."""

from collections import abc
from typing import Final

from jinja2 import nodes

from adapters.templates import Template, syntax_of

SIZES: Final = ("lt", "lteq", "gt", "gteq")


def trees_of(template: Template) -> tuple[tuple[nodes.Template, int], ...]:
    """What the subject and the body are made of, each with how many lines of the file are above."""
    subject_line = dict(template.lines).get("subject", 1)
    return (
        (syntax_of(template.front.subject), subject_line - 1),
        (syntax_of(template.body), template.body_line - 1),
    )


def choices_in(part: nodes.Node) -> abc.Iterator[nodes.CondExpr]:
    """Every choice within a line that is in this part, itself included."""
    if isinstance(part, nodes.CondExpr):
        yield part
    yield from part.find_all(nodes.CondExpr)


def printed_tokens(template: Template) -> tuple[str, ...]:
    """
    The tokens that would leave a hole in the text where they have no value.

    Not those that only decide, nor those that are asked for first: `{% if company %}at {{ company }}{% endif %}`.
    """
    return tuple(sorted({name for tree, _ in trees_of(template) for name in _holes(tree.body, frozenset())}))


def _holes(some: abc.Iterable[nodes.Node], known: frozenset[str]) -> abc.Iterator[str]:
    for node in some:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                yield from _holes_in(part, known)
        elif isinstance(node, nodes.If):
            without = known
            for asked in (node, *node.elif_):
                yield from _holes(asked.body, without | _known_if(asked.test, yes=True))
                without |= _known_if(asked.test, yes=False)
            yield from _holes(node.else_, without)


def _holes_in(part: nodes.Node | None, known: frozenset[str]) -> abc.Iterator[str]:
    match part:
        case nodes.Name() if part.name not in known:
            yield part.name
        case nodes.Filter(name="default"):
            for instead in part.args:
                yield from _holes_in(instead, known)
        case nodes.Filter():
            yield from _holes_in(part.node, known)
        case nodes.CondExpr():
            yield from _holes_in(part.expr1, known | _known_if(part.test, yes=True))
            yield from _holes_in(part.expr2, known | _known_if(part.test, yes=False))
        case nodes.Or():
            yield from _holes_in(part.right, known)
        case nodes.And():
            yield from _holes_in(part.left, known)
            yield from _holes_in(part.right, known | _known_if(part.left, yes=True))
        case _:
            return


def unsure_in(some: abc.Iterable[nodes.Node], known: frozenset[str]) -> abc.Iterator[tuple[str, int]]:
    """Tokens not `known` whose size is asked where they may have no value, each with its line in this part."""
    for node in some:
        if isinstance(node, nodes.Output):
            for choice in (choice for part in node.nodes for choice in choices_in(part)):
                yield from _unsure(choice.test, known)
        elif isinstance(node, nodes.If):
            without = known
            for asked in (node, *node.elif_):
                yield from _unsure(asked.test, without)
                yield from unsure_in(asked.body, without | _known_if(asked.test, yes=True))
                without |= _known_if(asked.test, yes=False)
            yield from unsure_in(node.else_, without)


def _unsure(test: nodes.Node, known: frozenset[str]) -> abc.Iterator[tuple[str, int]]:
    match test:
        case nodes.Compare(expr=nodes.Name(name=name), ops=[nodes.Operand(op=op)]) if op in SIZES and name not in known:
            yield name, test.lineno
        case nodes.Not():
            yield from _unsure(test.node, known)
        case nodes.And() | nodes.Or():
            yield from _unsure(test.left, known)
            yield from _unsure(test.right, known | _known_if(test.left, yes=isinstance(test, nodes.And)))
        case _:
            return


def _known_if(test: nodes.Node, *, yes: bool) -> frozenset[str]:
    """The tokens that have a value wherever this is true; or, if not `yes`, wherever it is false."""
    match test:
        case nodes.Name() if yes:
            return frozenset({test.name})
        case nodes.Test(node=nodes.Name(name=name), name="defined") if yes:
            return frozenset({name})
        case nodes.Test(node=nodes.Name(name=name), name="undefined") if not yes:
            return frozenset({name})
        case nodes.Compare(expr=nodes.Name(name=name), ops=[nodes.Operand(op="eq", expr=nodes.Const())]) if yes:
            return frozenset({name})
        case nodes.Not():
            return _known_if(test.node, yes=not yes)
        case nodes.And() if yes:
            return _known_if(test.left, yes=True) | _known_if(test.right, yes=True)
        case nodes.Or() if not yes:
            return _known_if(test.left, yes=False) | _known_if(test.right, yes=False)
        case nodes.Or():
            return _known_if(test.left, yes=True) & _known_if(test.right, yes=True)
        case _:
            return frozenset()
