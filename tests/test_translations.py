"""The catalogues: nothing that is said lacks its translation, and none is compiled otherwise."""

import io
import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.reading import reading
from webapp.config import ROOT
from webapp.language import CATALOGUES, LANGUAGES
from webapp.scripts import SAID, in_language, said
from webapp.speech.emotions import Emotion

KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "say": None}
"""What marks a text, as `make words` has it."""

PLACE = re.compile(r"%\((\w+)\)")
OTHERS = sorted(set(LANGUAGES) - {"en"})


@pytest.fixture(scope="module")
def texts():
    """Every text in pages, code and scripts; of those with a plural both forms."""
    with (CATALOGUES / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    return {
        text
        for folder in ("webapp", "templates", "static")
        for _, _, text, _, _ in extract_from_dir(ROOT / folder, methods, options, KEYWORDS)
    }


@pytest.fixture(scope="module", params=OTHERS)
def folder(request):
    return CATALOGUES / request.param / "LC_MESSAGES"


@pytest.fixture(scope="module")
def catalogue(folder):
    with (folder / "messages.po").open("rb") as file:
        return read_po(file)


def test_every_text_is_in_the_catalogue_and_no_other(texts, catalogue):
    known = {message.id for message in catalogue if message.id}
    assert texts - known == set(), "run `make words`, and translate these"
    assert known - texts == set(), "run `make words`: nothing says these any more"


def test_every_text_is_translated(catalogue):
    for message in catalogue:
        forms = message.string if message.pluralizable else [message.string]
        assert all(forms), f"no translation: {message.id}"
        assert message.id == "" or not message.fuzzy, f"not sure: {message.id}"


def test_translations_fill_in_the_same(catalogue):
    for message in catalogue:
        if message.pluralizable:  # one may be a word
            known = set(PLACE.findall(" ".join(message.id)))
            spare = {name for name in known if any(name not in one for one in message.id)} | {"num"}
            forms = message.string
        else:
            known, spare, forms = set(PLACE.findall(message.id)), set(), [message.string]
        for form in forms:
            found = set(PLACE.findall(form))
            assert found <= known, message.id
            assert known - found <= spare, message.id


def test_spaces_at_the_ends_stay(catalogue):
    for message in catalogue:
        if message.id and not message.pluralizable:
            ends = [bool(text[:1].isspace()) for text in (message.id, message.string)]
            ends += [bool(text[-1:].isspace()) for text in (message.id, message.string)]
            assert ends[0] == ends[1], message.id
            assert ends[2] == ends[3], message.id


def test_what_is_compiled_is_what_is_written(folder, catalogue):
    made = io.BytesIO()
    write_mo(made, catalogue)
    assert made.getvalue() == (folder / "messages.mo").read_bytes(), "run `make words`"


def test_the_catalogue_names_no_place_of_a_machine(folder):
    written = (folder / "messages.po").read_text()
    assert "\n#:" not in written
    assert str(ROOT) not in written


def test_scripts_say_their_texts_where_they_are_found(texts):
    """What the pages bring along for the scripts is what the catalogue knows of them."""
    scripts = sorted((ROOT / "static").glob("*.js"))
    texts_of_scripts = set(said(ROOT / "static"))
    assert texts_of_scripts <= texts
    for script in scripts:
        code = script.read_text()
        asked = re.findall(r"(?<!function )\bsay\(", code)
        dynamic = re.findall(r"\bsay\((?:name|voice\.emotion)\)", code)
        assert len(asked) == len(SAID.findall(code)) + len(dynamic), script.name
    assert texts_of_scripts >= set(Emotion)


def test_pages_bring_the_texts_of_scripts_along():
    with reading("de"):
        assert in_language(("calm",)) == {"calm": "ruhig"}
    with reading("en"):
        assert in_language(("calm",)) == {}
