"""
The company's vocabulary, declared once in `sequences/fields.py`: `source = field.choice("source", "web_form", "ad")`.

Conditions and moments know a lead by these fields and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.authoring.conditions import Condition
from engine.authoring.refusals import FIELD_NAME, here, must_be, must_be_name
from engine.sequence import compiled
from engine.sequence.fields import DeclaredField
from engine.sequence.written import Place, Written, invalid


@dataclass(frozen=True)
class Field:
    """A declared field of a lead."""

    declared: DeclaredField
    place: Place

    @property
    def name(self) -> str:
        """What conditions and templates call it."""
        return self.declared.name

    def known(self) -> Condition:
        """The lead has a value in this field."""
        return self._ask(compiled.FieldKnown(field=self.name))

    def _ask(self, part: compiled.Condition) -> Condition:
        return Condition(part, here(), (Written(self.declared, self.place),))


@dataclass(frozen=True)
class ChoiceField(Field):
    """A field with one of a few values."""

    def is_(self, *values: str) -> Condition:
        """The field has one of these values; an unknown field has none."""
        place = here()
        _some(values, place)
        for value in values:
            if value not in self.declared.values:
                has = ", ".join(self.declared.values)
                raise invalid("SEQ007", f"{self.name} is never {value!r}", place, f"it has the values: {has}")
        return self._ask(compiled.FieldIs(field=self.name, values=values))


@dataclass(frozen=True)
class NumberField(Field):
    """A field with a number."""

    def at_least(self, n: float) -> Condition:
        """The number is n or more; an unknown number is not."""
        return self._ask(compiled.FieldAtLeast(field=self.name, n=_number(n, here())))

    def below(self, n: float) -> Condition:
        """The number is less than n; an unknown number is not."""
        return self._ask(compiled.FieldBelow(field=self.name, n=_number(n, here())))


@dataclass(frozen=True)
class DateField(Field):
    """A field with a date or a moment; `before` and `since` follow it."""


@dataclass(frozen=True)
class FlagField(Field):
    """A field that is yes or no."""

    def is_(self, *values: bool) -> Condition:
        """The flag is set this way; an unknown flag is neither yes nor no."""
        place = here()
        _some(values, place)
        for value in values:
            must_be(value, bool, "True or False", place, f"write {self.name}.is_(True)")
        return self._ask(compiled.FieldIs(field=self.name, values=values))


def choice(name: str, *values: str) -> ChoiceField:
    """A field with one of these values."""
    place = _declared(name)
    _some(values, place)
    if len(set(values)) < len(values):
        raise invalid("SEQ007", f"{name} has a value twice", place, "write each value once")
    for value in values:
        must_be(value, str, "a value in words", place, 'write values in quotes, like "web_form"')
    return ChoiceField(DeclaredField(name=name, kind="choice", values=values), place)


def number(name: str) -> NumberField:
    """A field with a number."""
    place = _declared(name)
    return NumberField(DeclaredField(name=name, kind="number"), place)


def date(name: str) -> DateField:
    """A field with a date."""
    place = _declared(name)
    return DateField(DeclaredField(name=name, kind="date"), place)


def flag(name: str) -> FlagField:
    """A field that is yes or no."""
    place = _declared(name)
    return FlagField(DeclaredField(name=name, kind="flag"), place)


def _declared(field_name: str) -> Place:
    place = here()
    must_be_name(field_name, "field", place, FIELD_NAME, "renewal_date")
    return place


def _some(values: tuple[object, ...], place: Place) -> None:
    if not values:
        raise invalid("SEQ007", "no value is named", place, "name at least one value")


def _number(n: object, place: Place) -> float:
    if isinstance(n, bool) or not isinstance(n, int | float):
        raise invalid("SEQ002", f"{n!r} is not a number", place, "write a number, like 70")
    return float(n)
