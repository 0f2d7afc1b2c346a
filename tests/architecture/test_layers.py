"""The rules of the house: who may import whom, and what no file may do."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Each module imports only from rows below its own; modules in one row do not import each other.
LAYERS = """
training.__main__
training.commands
training.survey training.report training.visualize training.update
training.reporting.details training.reporting.trust
training.reporting.gallery
training.reporting.overview
training.reporting.comparison training.reporting.markdown
training.release training.robustness
training.seeds training.records training.reporting.reasons training.elsewhere
training.pictures
training.evaluate
training.ears training.export training.golden
training.tune
training.fit training.calibrate
training.svm training.answers training.degradations
training.dataset training.augment training.networks training.history
training.conditions
training.run training.splits training.corpora
training.own_splits
training.corpora.ravdess training.corpora.tess training.corpora.emodb training.corpora.crema_d
training.corpora.savee training.corpora.iesc training.corpora.own training.split
training.recipe training.corpora.loader
training.utterance training.cores training.corpora.memory
training.whole_files
webapp.__main__ webapp.worker
wsgi webapp.gunicorn
webapp.factory webapp.consumer
webapp.pages.upload webapp.pages.record webapp.pages.home webapp.pages.result webapp.pages.history
webapp.pages.models webapp.pages.live webapp.pages.evidence webapp.pages.login
webapp.pages.jobs webapp.pages.batches webapp.pages.languages webapp.pages.kept \
webapp.pages.programs
webapp.api.routes
webapp.api.recognitions webapp.api.corrections webapp.api.batches webapp.api.specification
webapp.api.predictions webapp.api.jobs webapp.api.models
webapp.api.reading webapp.api.replies webapp.api.operation
webapp.api.asked
webapp.pages.sending webapp.pages.health webapp.pages.filters webapp.pages.captions
webapp.pages.filtering webapp.pages.sounds webapp.pages.timeline webapp.pages.overlay \
webapp.pages.files webapp.pages.card_words
webapp.commands webapp.guard.command webapp.guard.token_command
webapp.commands.exporting webapp.commands.recognizing webapp.commands.purging \
webapp.commands.listing webapp.commands.making
webapp.commands.lines webapp.commands.paths webapp.commands.afar
webapp.guard.door
webapp.guard.rates webapp.guard.hosts webapp.guard.headers webapp.guard.tokens
webapp.errors webapp.playable
webapp.corpus webapp.batches webapp.batch_table webapp.days webapp.closer webapp.keeping \
webapp.inventory
webapp.jobs webapp.stretch webapp.opinions webapp.exports
webapp.submission webapp.database webapp.verdict
webapp.hearing
webapp.decoders webapp.incoming
webapp.contained.streams
webapp.contained.forks webapp.contained.answers
webapp.request_log webapp.guard.listening webapp.guard.counts webapp.guard.visits
webapp.guard.store webapp.guard.password webapp.guard.turns
webapp.job_log webapp.retention_log webapp.queue webapp.batch_log webapp.commands.processes
webapp.prediction_log webapp.documents webapp.trace_log webapp.recordings webapp.pictures \
webapp.forms
webapp.sayings webapp.correction_log webapp.api.shapes webapp.order
webapp.selection webapp.transactions
webapp.tables
webapp.told webapp.scripts
webapp.written
webapp.language
webapp.agreement webapp.sealed webapp.paging webapp.config webapp.locks webapp.hurry \
webapp.contained.template webapp.unkept webapp.heap
webapp.contained.remote webapp.contained.limits webapp.setting_readers webapp.private_files
webapp.sqlite_files
webapp.guard.refusals webapp.api.faults
webapp.contained.kernel webapp.contained.messages
webapp.speech.timeline webapp.speech.lately
webapp.speech.doubts webapp.speech.stretches webapp.speech.evidence
webapp.speech.recognizer webapp.speech.following webapp.speech.occlusion
webapp.speech.bundle webapp.speech.twins
webapp.speech.calibration
webapp.speech.features webapp.speech.decode webapp.speech.quality webapp.speech.figures
webapp.speech.voice_activity webapp.speech.envelope webapp.speech.feature_settings
webapp.speech.readers webapp.speech.prosody webapp.speech.voice webapp.speech.spectrogram
webapp.speech.containers
webapp.speech.mp4
webapp.speech.parts webapp.speech.mpeg webapp.speech.waveform webapp.speech.emotions
webapp.speech.errors webapp.speech.stopwatch
webapp.speech.words
"""
ROW = {name: row for row, names in enumerate(LAYERS.split("\n")) for name in names.split()}


@cache
def modules() -> dict[str, Path]:
    """Every module of the project by dotted name."""
    found = {"wsgi": ROOT / "wsgi.py"}
    for package in ("webapp", "training"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                found[name.removesuffix(".__init__")] = path
    return found


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(modules()[name].read_text())


@cache
def imports(name: str) -> set[str]:
    """Dotted names that a module imports, `from a.b import c` giving a.b and a.b.c."""
    found: set[str] = set()
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found - {name}


def reached(name: str, seen: set[str] | None = None) -> set[str]:
    """Every module of the project that importing one loads."""
    seen = set() if seen is None else seen
    for other in imports(name) & set(modules()) - seen:
        seen.add(other)
        reached(other, seen)
    return seen


def roots(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def test_every_module_has_its_place():
    packages = {n for n, path in modules().items() if path.name == "__init__.py"}
    assert set(modules()) - set(ROW) <= packages
    assert set(ROW) <= set(modules())


@pytest.mark.parametrize("name", ROW)
def test_imports_go_down(name):
    for other in imports(name) & set(ROW):
        assert ROW[other] > ROW[name], f"{name} imports {other}, which is not below it"


@pytest.mark.parametrize("name", [n for n in modules() if n.startswith("webapp.speech")])
def test_speech_knows_neither_web_nor_database_nor_tensorflow(name):
    known = set().union(imports(name), *map(imports, reached(name)))
    assert not roots(known) & {"flask", "flask_sqlalchemy", "sqlalchemy", "tensorflow", "keras"}
    assert all(other.startswith("webapp.speech") for other in reached(name))


@pytest.mark.parametrize("name", [n for n in modules() if n.startswith("training")])
def test_training_uses_nothing_of_the_application_but_speech(name):
    used = {other for other in imports(name) & set(modules()) if other.startswith("webapp")}
    assert all(other.startswith("webapp.speech") for other in used)


@pytest.mark.parametrize("name", [n for n in modules() if not n.startswith("training")])
def test_the_application_never_imports_training_or_tensorflow(name):
    assert not roots(imports(name)) & {"training", "tensorflow", "keras", "sklearn"}


def test_features_have_one_definition():
    """Tests hold `webapp.speech.spectrogram` to librosa; nobody has features from elsewhere."""
    calling = {
        name
        for name in modules()
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node).startswith(("librosa.feature.", "librosa.filters."))
    }
    assert not calling
    assert not any(i.startswith("librosa.f") for n in modules() for i in imports(n))


def test_only_what_measures_reads_test_clips():
    readers = {
        name
        for name in modules()
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Attribute) and node.attr == "test"
    }
    assert readers == {"training.evaluate", "training.robustness", "training.split"}


@pytest.mark.parametrize("name", modules())
def test_no_pickle_and_no_broad_except(name):
    assert not roots(imports(name)) & {"pickle", "joblib", "dill", "shelve", "marshal"}
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{name}:{node.lineno} catches everything"
            assert "Exception" not in ast.unparse(node.type).split("."), f"{name}:{node.lineno}"
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            assert ast.unparse(node.value) == "False"


@pytest.mark.parametrize("name", modules())
def test_nothing_works_at_import(name):
    """At module level stand definitions and constants; a bare call only where a program starts."""
    for node in tree(name).body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            assert name in ("training.__main__", "wsgi"), f"{name}:{node.lineno}"


def test_importing_the_package_loads_no_flask():
    command = "import webapp.speech.features, sys; print('flask' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "False"
