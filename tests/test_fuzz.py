"""Our own parsers of strangers' bytes, fuzzed by the branches they take; `make soak` does more."""

import importlib.util

import pytest

from tests.fuzz.running import fuzzed
from tests.fuzz.targets import TARGETS

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris is not there for this machine"
)


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_raised_that_must_not(target, tmp_path):
    found = fuzzed(target, tmp_path, "-runs=5000", "-seed=1")
    assert found.runs >= 5000, found.said
    assert not found.failed, found.said


def test_what_is_raised_is_found(tmp_path, monkeypatch):
    """A fault that random bytes would never meet, so that a silent fuzzer does not pass."""
    found = fuzzed("planted", tmp_path, "-runs=200000", "-seed=1")
    assert found.failed
    assert "planted" in found.said


def test_memory_is_bounded(tmp_path):
    found = fuzzed("greedy", tmp_path, "-runs=500", "-seed=1")
    assert found.failed
    assert "MemoryError" in found.said
