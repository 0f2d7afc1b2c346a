"""Sentences that were made in English, in the language of their reader.

Failures come from where no reader is known: from a decoder's process, from the worker by way of the
log, from `webapp.speech`. They stay English there, and are told here, where they are shown.
"""

import re
from functools import cache
from gettext import NullTranslations

from flask_babel import get_translations

from webapp.written import count, number

LEAST = 20
"""Letters of its own that a template needs to be known again once it is filled in."""

_PLACE = re.compile(r"%\((\w+)\)s")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+|\d+(?:\.(\d+))?")
_FIGURES = re.compile(rf"(?:{_NUMBER.pattern})(?: [a-z]+(?: \d+)?)*", re.IGNORECASE)


def told(sentence: str) -> str:
    """The sentence as the catalogue has it; as it is where the reader's language is English.

    One that was filled in is known by the template that has most letters of it. What was filled in
    is told, too: it may be words, or numbers.
    """
    known = get_translations()
    entries = getattr(known, "_catalog", {})
    if not sentence or not entries:
        return sentence  # in a catalogue nothing is the key of its head
    if sentence in entries:
        return str(known.gettext(sentence))
    for parts, template in _templates(known):
        fits = all(part in sentence for part in parts)  # which is known sooner
        if fits and (found := re.fullmatch(_pattern(template), sentence, re.DOTALL)):
            values = {name: _value(value) for name, value in found.groupdict().items()}
            return str(known.gettext(template)) % values
    return sentence


def _value(text: str) -> str:
    return _NUMBER.sub(_figure, text) if _FIGURES.fullmatch(text) else told(text)


def _figure(found: re.Match[str]) -> str:
    if found[1]:
        return number(float(found[0]), len(found[1]))
    return count(int(found[0].replace(",", "")))


@cache
def _templates(known: NullTranslations) -> list[tuple[list[str], str]]:
    """What a filled-in sentence may be, in parts and whole; most letters of their own first.

    There is one catalogue for each language, as long as the process lives.
    """
    keys = [key for key in getattr(known, "_catalog", {}) if isinstance(key, str)]
    parts = {key: _PLACE.split(key)[::2] for key in keys if "%(" in key and "%%" not in key}
    letters = {key: sum(map(len, found)) for key, found in parts.items()}
    longest = sorted(letters, key=lambda key: -letters[key])
    return [(parts[key], key) for key in longest if letters[key] >= LEAST]


def _pattern(template: str) -> str:
    """A template as an expression; what comes twice is the same both times."""
    pattern, named = "", set[str]()
    for index, part in enumerate(_PLACE.split(template)):
        if index % 2 == 0:
            pattern += re.escape(part)
        else:
            pattern += f"(?P={part})" if part in named else f"(?P<{part}>.+)"
            named.add(part)
    return pattern
