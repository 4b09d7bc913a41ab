"""
The languages messages are written in: which one a lead reads, and the few words of each that we write ourselves.

A table and no library: dates, and the sentence below every mail, are all that is not the authors'. For a language that
is not here authors write everything but dates, which are refused in it (TPL013).
"""

import re
from datetime import date
from typing import Final, NamedTuple

TAG: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
"""A language as BCP 47 names it, in small letters: `de`, `pt-br`."""
_WORD: Final = re.compile(r"[\s(,;]")
_LEFTWARD: Final = ("ar", "fa", "he", "ur")


class Words(NamedTuple):
    """What we write in one language ourselves."""

    names: tuple[str, ...]
    """How exports and people call it."""
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    day: str
    """How a date is written: `{day}`, `{month}`, `{year}`."""
    leave: str
    """What stands before the link by which a lead leaves."""
    leave_by_word: str
    """How to leave when there is no link."""
    leave_label: str
    """What is written on that link."""
    first: str = "1"
    """The first day of a month."""


WORDS: Final = {
    "en": Words(
        names=("english",),
        months=(
            "January", "February", "March", "April", "May", "June",
            "July", "August", "September", "October", "November", "December",
        ),
        weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        day="{month} {day}, {year}",
        leave="To get no more of these emails:",
        leave_by_word="To get no more of these emails, answer with the word unsubscribe.",
        leave_label="unsubscribe",
    ),
    "de": Words(
        names=("german", "deutsch"),
        months=(
            "Januar", "Februar", "März", "April", "Mai", "Juni",
            "Juli", "August", "September", "Oktober", "November", "Dezember",
        ),
        weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
        day="{day}. {month} {year}",
        leave="Keine weiteren E-Mails dieser Art:",
        leave_by_word="Möchten Sie keine weiteren E-Mails dieser Art, antworten Sie mit dem Wort unsubscribe.",
        leave_label="abmelden",
    ),
    "es": Words(
        names=("spanish", "español", "espanol", "castellano"),
        months=(
            "enero", "febrero", "marzo", "abril", "mayo", "junio",
            "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
        ),
        weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        day="{day} de {month} de {year}",
        leave="Para no recibir más correos como este:",
        leave_by_word="Para no recibir más correos como este, responda con la palabra unsubscribe.",
        leave_label="darse de baja",
    ),
    "fr": Words(
        names=("french", "français", "francais"),
        months=(
            "janvier", "février", "mars", "avril", "mai", "juin",
            "juillet", "août", "septembre", "octobre", "novembre", "décembre",
        ),
        weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        day="{day} {month} {year}",
        leave="Pour ne plus recevoir ces e-mails :",
        leave_by_word="Pour ne plus recevoir ces e-mails, répondez avec le mot unsubscribe.",
        leave_label="se désabonner",
        first="1er",
    ),
    "it": Words(
        names=("italian", "italiano"),
        months=(
            "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno",
            "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre",
        ),
        weekdays=("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
        day="{day} {month} {year}",
        leave="Per non ricevere più queste e-mail:",
        leave_by_word="Per non ricevere più queste e-mail, risponda con la parola unsubscribe.",
        leave_label="cancellarsi",
    ),
    "nl": Words(
        names=("dutch", "nederlands"),
        months=(
            "januari", "februari", "maart", "april", "mei", "juni",
            "juli", "augustus", "september", "oktober", "november", "december",
        ),
        weekdays=("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
        day="{day} {month} {year}",
        leave="Geen e-mails zoals deze meer ontvangen:",
        leave_by_word="Wilt u geen e-mails zoals deze meer ontvangen, antwoord dan met het woord unsubscribe.",
        leave_label="afmelden",
    ),
    "pt": Words(
        names=("portuguese", "português", "portugues"),
        months=(
            "janeiro", "fevereiro", "março", "abril", "maio", "junho",
            "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
        ),
        weekdays=(
            "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo",
        ),
        day="{day} de {month} de {year}",
        leave="Para não receber mais e-mails como este:",
        leave_by_word="Para não receber mais e-mails como este, responda com a palavra unsubscribe.",
        leave_label="cancelar a inscrição",
    ),
}  # fmt: skip

_TAGS: Final = {name: tag for tag, words in WORDS.items() for name in words.names}


def tag_of(said: str | None) -> str | None:
    """
    The language somebody wrote down, as a tag: `pt_BR` is pt-br, `German` de, `English (US)` en.

    None when nobody wrote one, or nobody can tell which.
    """
    plain = (said or "").strip().casefold()
    named = _TAGS.get(_WORD.split(plain)[0])
    tag = named or plain.replace("_", "-")
    return tag if TAG.fullmatch(tag) else None


def nearest(tag: str | None) -> tuple[str, ...]:
    """The tags to look for, the nearest first: the language of a region, then the language."""
    parts = tag.split("-") if tag else []
    return tuple("-".join(parts[:count]) for count in range(len(parts), 0, -1))


def words_of(tag: str) -> Words | None:
    """Our own words in that language; None when we have none."""
    return WORDS.get(nearest(tag)[-1])


def date_in(tag: str, day: date) -> str:
    """`March 1, 2027`, as that language writes it; 2027-03-01 in a language we have no words of."""
    words = words_of(tag)
    if words is None:
        return day.isoformat()
    number = words.first if day.day == 1 else str(day.day)
    return words.day.format(day=number, month=words.months[day.month - 1], year=day.year)


def weekday_in(tag: str, day: date) -> str:
    """`Monday`, as that language writes it within a sentence; 2027-03-01 in a language we have no words of."""
    words = words_of(tag)
    return day.isoformat() if words is None else words.weekdays[day.weekday()]


def direction_of(tag: str) -> str:
    """`rtl` for a language that is written from right to left, else `ltr`."""
    return "rtl" if nearest(tag)[-1] in _LEFTWARD else "ltr"
