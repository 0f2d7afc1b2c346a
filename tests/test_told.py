"""Every sentence that is made in English where no reader is known has its German."""

import ast
import re
from functools import cache

import pytest

from tests.reading import reading
from webapp.config import ROOT, Limits
from webapp.guard.rates import _TOO_MANY, GUESSES
from webapp.guard.refusals import Crowded, TooOften
from webapp.speech.errors import DamagedBundle
from webapp.submission import too_large
from webapp.told import LEAST, told
from webapp.unkept import NotWritten

PLACE = re.compile(r"%\((\w+)\)s")
SHELL = {"DamagedBundle", "FolderNotWritten", "NotEmpty"}
"""Failures that no page ever tells."""

ALIKE = {"neutral"}
"""Words that are the same in both languages."""


@cache
def sources():
    paths = sorted((ROOT / "webapp").rglob("*.py"))
    return {path.relative_to(ROOT): ast.parse(path.read_text()) for path in paths}


def called(node):
    return getattr(node.func, "id", None) or getattr(node.func, "attr", None)


def is_text(node):
    """Whether an argument is a text as it stands, with or without values in it."""
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def marked():
    """Every sentence that is marked for the catalogue."""
    for tree in sources().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) == "N_":
                yield ast.literal_eval(node.args[0])


def failures():
    """The names of all kinds of `SpeechError`, nearer and farther."""
    classes = [node for tree in sources().values() for node in ast.walk(tree)]
    classes = [node for node in classes if isinstance(node, ast.ClassDef)]
    found, more = set(), {"SpeechError"}
    while more - found:
        found |= more
        more = {one.name for one in classes if {ast.unparse(base) for base in one.bases} & found}
    return found - {"SpeechError"}


@pytest.fixture
def german():
    with reading("de"):
        yield


def test_each_marked_sentence_has_its_german(german):
    for sentence in set(marked()) - ALIKE:
        assert told(sentence) != sentence, sentence


def test_each_failure_that_was_filled_in_is_known_again(german):
    for sentence in set(marked()):
        names = set(PLACE.findall(sentence))
        filled = sentence % {name: f"<{name}>" for name in names} if names else sentence
        if names and len(PLACE.sub("", sentence)) >= LEAST:
            assert told(filled) == told(sentence) % {name: f"<{name}>" for name in names}


def test_no_failure_goes_without_a_marked_sentence():
    kinds = failures() - SHELL
    for path, tree in sources().items():
        if {"api", "commands"} & set(path.parts):
            continue  # programs and the shell read English
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in kinds:
                for given in node.args:
                    assert not is_text(given), f"{path}:{node.lineno}: mark the sentence with N_"


def test_what_was_filled_in_is_told_too(german):
    assert told(TooOften(_TOO_MANY[GUESSES], 7201).sentence).endswith("in 3 h noch einmal.")
    assert "größer als 1,5 MB" in told(too_large(Limits(megabytes=1.5, seconds=60)).sentence)
    failed = NotWritten.because(OSError(5, "Input/output error"))
    assert "(Input/output error)" in told(failed.sentence)
    heard = "These are 1,234 files, and 500 is the most that can be sent together. "
    assert "1.234 Dateien" in told(f"{heard}Send them in several parts.")


def test_english_stays_as_it_is():
    sentence = Crowded().sentence
    assert told(sentence) == sentence
    with reading("fr, en;q=0.5"):
        assert told(sentence) == sentence


def test_what_nobody_translated_stays_as_it_is(german):
    assert told("") == ""
    assert told("bundle is damaged.") == "bundle is damaged."
    assert told(DamagedBundle("100% of it").sentence) == "100% of it"
