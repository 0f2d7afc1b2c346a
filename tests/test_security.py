"""SECURITY.md against the tests: what it says is shown is shown."""

import ast
import re
from pathlib import Path

import pytest

from webapp.config import setting_names
from webapp.guard.password import LONGEST, METHOD, SHORTEST
from webapp.guard.rates import USUAL

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "SECURITY.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and " --- " not in line]


def test_it_names_tests():
    assert len(NAMED) > 60


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_every_test_it_names_is_there(file, name):
    tree = ast.parse((ROOT / file).read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", [row for row in ROWS if not row.startswith("| item")])
def test_every_row_names_a_test(row):
    assert len(row.split(" | ")) == 3
    assert "::test_" in row.rpartition(" | ")[2]


def test_items_are_of_the_standard():
    chapters = dict(re.findall(r"^### [^(\n]+\(V(\d+)\)\n(.*?)(?=^##)", TEXT, re.DOTALL | re.M))
    assert set(chapters) == {"2", "3", "5", "6", "7", "16"}
    for chapter, body in chapters.items():
        items = re.findall(r"\b(\d+)\.\d+\.\d+\b", re.sub(r"`[^`]*`", "", body))
        assert items
        assert set(items) == {chapter}


def test_settings_it_names_exist():
    assert set(re.findall(r"TONELOG_[A-Z_]+", TEXT)) <= set(setting_names())


def test_numbers_are_those_of_the_code(settings):
    assert f"{SHORTEST} to {LONGEST} characters" in TEXT
    assert METHOD == "scrypt:32768:8:3"
    assert settings.guess_rate == "5/minute, 30/hour"
    assert USUAL == "600/minute"
    assert (settings.idle_minutes, settings.session_hours) == (60, 12)
