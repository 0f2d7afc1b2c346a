"""The README against the code: every command, setting, route, option and figure."""

import re
from pathlib import Path

import pytest

from training.__main__ import parser
from training.corpora import LOADERS
from training.recipe import RECIPES
from training.splits import MEASURED
from webapp.config import setting_names
from webapp.speech.bundle import read_card

ROOT = Path(__file__).parents[1]
RELEASED = sorted(path.parent.name for path in (ROOT / "webapp" / "bundles").glob("*/card.json"))


@pytest.fixture(scope="module")
def readme():
    return (ROOT / "README.md").read_text()


def test_every_setting_is_named_and_none_that_does_not_exist(readme):
    assert set(re.findall(r"`(TONELOG_[A-Z_]+)`", readme)) == set(setting_names())


def test_every_route_is_named(readme, app):
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"}
    named = set(re.findall(r"`(/[^` ]*)`", readme))
    assert {rule.replace("<id>", "ID").replace("<name>", "NAME") for rule in rules} == named


def test_every_shell_command_and_option_is_named(readme, app):
    ours = {
        name: app.cli.commands[name]
        for name in ("recognize", "models", "make-log", "export-corpus", "purge", "set-password")
    }
    ours |= {f"token {name}": one for name, one in app.cli.commands["token"].commands.items()}
    for name, command in ours.items():
        assert f"`flask {name}" in readme
        for parameter in command.params:
            for option in parameter.opts:
                assert not option.startswith("--") or option in readme


def test_every_training_command_and_option_is_named(readme):
    acts = parser()._subparsers._group_actions[0].choices
    for name, act in acts.items():
        assert f"python -m training {name}" in readme
        for option in act._option_string_actions:
            assert option in readme or option in ("-h", "--help")


def test_every_make_target_in_the_readme_exists(readme):
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^make (\w+)", readme, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("name", RELEASED)
def test_the_figures_are_those_of_the_card(readme, name):
    figures = read_card(ROOT / "webapp" / "bundles" / name).figures
    (row,) = re.findall(rf"^\| `{name}`.*\|$", readme, re.MULTILINE)
    values = (figures.uar, figures.accuracy, figures.macro_f1)
    assert row.split("|")[-4:-1] == [f" {value:.3f} " for value in values]
    assert figures.command in readme


def test_every_direct_dependency_is_pinned_and_explained(readme):
    for folder in ("webapp", "training", "tests"):
        for line in (ROOT / folder / "requirements.txt").read_text().splitlines():
            if line and not line.startswith(("#", "-r")):
                name, separator, _ = line.partition("==")
                assert separator, f"{line} is not pinned"
                assert name.lower() in readme.lower()


def test_every_recipe_corpus_and_protocol_is_named(readme):
    for name in (*(path.stem for path in RECIPES.glob("*.toml")), *LOADERS, *MEASURED):
        assert f"`{name}`" in readme
