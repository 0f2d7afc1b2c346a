"""The recipes run as they stand, before a real server; those in JavaScript in tests/browser."""

import subprocess
import sys
from dataclasses import replace

import pytest

from tests.cooking import cooked, left
from webapp.config import ROOT


@pytest.fixture
def settings(settings):
    return replace(settings, instant_seconds=1, request_log="off")


@pytest.mark.parametrize(
    ("language", "command"),
    [("curl", ["bash", "-eu", "-o", "pipefail"]), ("python", [sys.executable])],
)
def test_it_runs(app, tmp_path, language, command):
    with cooked(app, language, tmp_path) as script:
        told = {"cwd": tmp_path, "capture_output": True, "text": True, "timeout": 120}
        done = subprocess.run([*command, "-c", script], **told)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("happy") >= 5
    assert left(app) == ["long.wav", "1.wav", "0.wav"]


@pytest.mark.parametrize(
    ("language", "fence"), [("curl", "sh"), ("python", "python"), ("javascript", "js")]
)
def test_the_readme_has_the_same(language, fence):
    recipe = (ROOT / "templates" / "recipes" / f"{language}.txt").read_text()
    assert f"```{fence}\n{recipe}```" in (ROOT / "README.md").read_text()
