"""The whole way from a corpus to a bundle that the application loads, on a made corpus."""

import shutil

import numpy as np
import pytest
import soundfile

from tests.training.conftest import fit_and_evaluate, run_of
from training import commands
from training.__main__ import main
from training.answers import Answers
from training.run import Measured, RunError, read_run
from webapp.speech.bundle import read_card
from webapp.speech.emotions import Emotion
from webapp.speech.recognizer import load_recognizers
from webapp.speech.waveform import Waveform

SEEDS = 2


@pytest.fixture(scope="module")
def trained(corpus, tmp_path_factory):
    """Both training commands run once: (instance, recipe's path, options)."""
    instance = tmp_path_factory.mktemp("instance")
    return instance, *fit_and_evaluate(instance, corpus, SEEDS)


def test_a_run_is_released_loaded_and_heard(trained, tmp_path, capsys):
    instance, _, _ = trained
    run = run_of(instance, "all_speakers")
    arguments = ["release", run.name, "tiny", "--instance", str(instance)]
    assert main([*arguments, "--bundles", str(tmp_path)]) == 0
    assert "Released tiny" in capsys.readouterr().out

    recognizer = load_recognizers(tmp_path)["tiny"]
    clip, rate = soundfile.read(
        next(instance.parent.glob("ravdess*/Actor_02/*.wav")), dtype="float32"
    )
    heard = recognizer.recognize(Waveform(clip, rate))
    assert list(heard.probabilities) == list(Emotion)
    assert sum(heard.probabilities.values()) == pytest.approx(1, abs=1e-4)


def test_the_card_says_what_it_was_made_of(trained, tmp_path):
    instance, _, _ = trained
    run = run_of(instance, "all_speakers")
    main(["release", str(run), "tiny", "--instance", str(instance), "--bundles", str(tmp_path)])
    card = read_card(tmp_path / "tiny")
    assert (card.origin.clips, len(card.origin.speakers)) == (32, 4)
    assert len(card.origin.validation_speakers) == 2
    assert card.origin.data_checksum == read_run(run).data_checksum
    assert card.figures.protocol == "speaker_5fold"
    assert (card.figures.clips, card.figures.speakers) == (48, 6)
    assert card.figures.seeds == tuple(range(SEEDS))
    assert np.sum(card.figures.confusion) == SEEDS * 48
    assert card.figures.command.endswith(f"--seeds {SEEDS}")
    assert "CC BY-NC-SA 4.0" in card.licence


def test_evaluating_again_reads_what_is_finished(trained, monkeypatch, capsys):
    instance, recipe, common = trained
    split = run_of(instance, "speaker_5fold-seed0") / "fold-2"
    before = Answers.load(split / "calibrated.npz")
    monkeypatch.setattr("training.fit._train", lambda *_: pytest.fail("trained again"))
    (split / "calibrated.npz").unlink()  # interrupted after training, before the answers
    assert main(["evaluate", str(recipe), *common]) == 0
    after = Answers.load(split / "calibrated.npz")
    np.testing.assert_array_equal(after.truth, before.truth)
    np.testing.assert_array_equal(after.named, before.named)
    printed = capsys.readouterr().out
    assert "UAR by split" in printed
    assert "accuracy on the 70% surest" in printed


def test_one_seed_is_measured_alone(trained, capsys):
    _, recipe, common = trained
    assert main(["evaluate", str(recipe), *common, "--seed", "1"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("seed 1: ")
    assert "seed 0: " not in printed
    assert "mean over 1 seed(s)" in printed


def test_a_run_interrupted_between_splits_has_no_figures(trained, monkeypatch, capsys):
    instance, recipe, common = trained
    run = run_of(instance, "speaker_5fold-seed0")
    before = Measured.load(run)
    for name in ("figures.json", "fold-2/calibrated.npz", "fold-2/split.json"):
        (run / name).unlink()

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("training.fit._train", interrupt)
        assert main(["evaluate", str(recipe), *common]) == 130
    assert "goes on at the split it was in" in capsys.readouterr().err
    with pytest.raises(RunError, match="Run its `evaluate` again"):
        Measured.load(run)

    assert main(["evaluate", str(recipe), *common]) == 0
    printed = capsys.readouterr().out
    assert "fold-2: training" in printed
    assert "fold-1: training" not in printed
    assert Measured.load(run).splits["fold-1"] == before.splits["fold-1"]


def test_splits_answered_on_another_machine_come_without_networks(trained, capsys):
    instance, recipe, common = trained
    run = run_of(instance, "speaker_5fold-seed0")
    before, networks = Measured.load(run), sorted(run.glob("*/model.keras"))
    for network in networks[:-1]:
        network.rename(network.with_suffix(".elsewhere"))
    assert main(["evaluate", str(recipe), *common]) == 0
    assert Measured.load(run).parameters == before.parameters
    networks[-1].rename(networks[-1].with_suffix(".elsewhere"))
    assert main(["evaluate", str(recipe), *common]) == 2
    assert "answers and no network" in capsys.readouterr().err
    for network in networks:
        network.with_suffix(".elsewhere").rename(network)


@pytest.mark.parametrize(
    ("measured", "shown"),
    [(("random_split", "random_5fold"), "random_split"), (("random_5fold",), "random_5fold")],
)
def test_a_random_split_of_either_kind_shows_the_leak(trained, monkeypatch, measured, shown):
    instance, _, _ = trained
    found = {name: [instance / name] for name in ("speaker_5fold", *measured)}
    monkeypatch.setattr(commands, "evaluations", lambda _r, _c, name: found.get(name, []))
    taken = []

    def note(_run, _measured, random, _folder, **_):
        taken.extend(random)
        raise RunError("enough")

    monkeypatch.setattr(commands, "release_run", note)
    main(["release", str(run_of(instance, "all_speakers")), "x", "--instance", str(instance)])
    assert taken == [instance / shown]


def test_release_wants_figures_of_the_same_recipe(trained, tmp_path, capsys):
    fitted = run_of(trained[0], "all_speakers")
    shutil.copytree(fitted, tmp_path / "runs" / fitted.name)  # without those that were measured
    common = ["--instance", str(tmp_path), "--bundles", str(tmp_path / "b")]
    assert main(["release", fitted.name, "tiny", *common]) == 2
    assert "was not measured on this data" in capsys.readouterr().err


def test_unfinished_runs_and_missing_corpora_are_explained(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("CORPUS_RAVDESS", raising=False)
    assert main(["evaluate", "cnn_lstm", "--instance", str(tmp_path)]) == 2
    assert "--corpus ravdess=DIR" in capsys.readouterr().err
    assert main(["release", "nothing", "x", "--instance", str(tmp_path)]) == 2
    assert "holds no run" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["fit", "ann", "--corpus", "ravdess"])


def test_the_environment_names_corpora(tmp_path):
    assert commands.corpora_from({"CORPUS_RAVDESS": str(tmp_path)}) == {"ravdess": tmp_path}
    assert commands.corpora_from({}) == {}


def test_figures_come_from_speakers_never_heard(capsys):
    with pytest.raises(SystemExit):
        main(["release", "run", "name", "--protocol", "random_split"])
    assert "invalid choice" in capsys.readouterr().err


def test_corpora_are_told_and_clips_drawn(corpus, tmp_path, capsys):
    assert main(["corpora", "--corpus", f"ravdess={corpus}", "--out", str(tmp_path / "out")]) == 0
    assert "48 clips, 6 speakers" in capsys.readouterr().out
    assert main(["visualize", str(corpus / "Actor_02"), "--out", str(tmp_path / "drawn")]) == 0
    assert len(list((tmp_path / "drawn").glob("*.png"))) == 9  # eight clips and the overview


def test_all_runs_become_a_report(trained, tmp_path, capsys):
    instance, _, _ = trained
    assert main(["report", "--instance", str(instance), "--out", str(tmp_path)]) == 0
    assert (tmp_path / "RESULTS.md").read_text().startswith("# Results")
