"""schemathesis on the description that is served: all its checks, in all its phases.

Few examples from a fixed seed; `schemathesis run …/api/v1/openapi.json --checks all` tries more.
"""

from dataclasses import replace

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from tests.api_voices import LONG, SHORT
from tests.sites import served
from webapp.config import ROOT
from webapp.guard import tokens
from webapp.guard.listening import kept_password
from webapp.submission import desk

EXAMPLES = 3


@pytest.fixture
def settings(settings):
    """One copy for both lengths of voices, whose many wrong tokens are no attack."""
    between = (SHORT + LONG) / 2
    return replace(settings, instant_seconds=between, guess_rate="100000/minute", request_log="off")


@pytest.fixture
def schema(app, settings):
    """The description of a copy with a password, and the token for it."""
    kept_password(settings.instance).path.write_text("scrypt:32768:8:3$salt$hash")
    with app.app_context():
        headers = {"Authorization": f"Bearer {tokens.make('tests', desk().now())}"}
    config = SchemathesisConfig.from_path(ROOT / "schemathesis.toml")
    config.projects.default.update(headers=headers)
    config.projects.default.generation.update(max_examples=EXAMPLES)
    config.projects.default.seed = 1
    with served(app) as site:
        address = f"{site}/api/v1/openapi.json"
        yield schemathesis.openapi.from_url(address, config=config, headers=headers)


@pytest.mark.filterwarnings("default")
def test_it_holds(schema):
    failures, phases = [], {}
    for event in from_schema(schema).execute():
        if isinstance(event, events.PhaseFinished):
            phases[event.phase.name.value] = event.status.value
        elif isinstance(event, events.FatalError | events.NonFatalError):
            failures.append(str(event.info if hasattr(event, "info") else event))
        elif isinstance(event, events.ScenarioFinished):
            checks = [one for each in event.recorder.checks.values() for one in each]
            failures += [str(one.failure_info.failure) for one in checks if one.failure_info]
    assert not failures
    assert [phases[name] for name in ("coverage", "fuzzing", "stateful")] == ["success"] * 3
