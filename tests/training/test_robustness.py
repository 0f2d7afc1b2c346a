"""A bundle is measured on damaged clips of speakers held out, and on corpora never heard."""

import shutil

import msgspec
import numpy as np
import pytest

from tests.training import made_corpora
from tests.training.conftest import fit_and_evaluate, run_of
from training.__main__ import main
from training.cores import workers
from training.corpora import load_corpora
from training.degradations import DAMAGES, inputs
from training.elsewhere import elsewhere, likeliest, uar
from training.robustness import AT_ONCE, held_out, measured_run, robustness, summary, task
from training.run import RunError
from training.split import Listing
from training.splits import speaker_5fold
from training.utterance import CorpusError
from webapp.speech.bundle import read_card
from webapp.speech.emotions import Emotion
from webapp.speech.recognizer import Recognition, Recognizer


@pytest.fixture(scope="module")
def bench(corpus, tmp_path_factory):
    """A tiny recipe trained, measured and released."""
    folder = tmp_path_factory.mktemp("bench")
    fit_and_evaluate(folder, corpus)
    where = ["--instance", str(folder), "--bundles", str(folder / "bundles")]
    assert main(["release", run_of(folder, "all_speakers").name, "tiny", *where]) == 0
    return folder


@pytest.fixture(autouse=True)
def one_core(monkeypatch):
    monkeypatch.setattr("training.cores.os.cpu_count", lambda: 1)


@pytest.fixture
def card(bench):
    return read_card(bench / "bundles" / "tiny")


@pytest.fixture
def runs(bench):
    return bench / "runs"


def measure(bench, *corpora):
    folders = [part for name, path in corpora for part in ("--corpus", f"{name}={path}")]
    where = ["--instance", str(bench), "--bundles", str(bench / "bundles")]
    return main(["robustness", "tiny", *folders, *where])


def test_the_card_keeps_what_was_measured_and_nothing_else_changes(
    bench, corpus, card, tmp_path, capsys
):
    tess = made_corpora.tess(tmp_path / "tess")
    assert measure(bench, ("ravdess", corpus), ("tess", tess)) == 0
    printed = capsys.readouterr().out
    Recognizer.load(bench / "bundles" / "tiny")
    found = read_card(bench / "bundles" / "tiny")
    damaged = found.robustness
    assert damaged.command == "python -m training robustness tiny --corpus ravdess=DIR"
    assert (damaged.clips, damaged.speakers, damaged.seed) == (48, 6, 0)
    assert [one.name for one in damaged.degradations] == [damage.name for damage in DAMAGES]
    assert all(f"{one.title:30} UAR {one.uar:.3f}" in printed for one in damaged.degradations)
    assert [one.corpus for one in found.elsewhere] == ["tess"]
    same = msgspec.structs.replace(found, robustness=None, elsewhere=())
    assert same == msgspec.structs.replace(card, robustness=None, elsewhere=())


def test_undamaged_it_is_what_evaluate_found(card, runs, utterances, monkeypatch):
    (louder,) = (damage for damage in DAMAGES if damage.name == "louder_20db")
    monkeypatch.setattr("training.robustness.DAMAGES", (louder,))
    found = robustness(card, runs, utterances, processes=1)
    assert found.uar == pytest.approx(card.figures.uar, abs=1e-6)
    assert [(one.name, one.changed) for one in found.degradations] == [(louder.name, 0)]


def test_every_network_hears_its_own_test_clips_only(card, runs, utterances, monkeypatch):
    told = []
    plain = task

    def listen(clip, *others):
        told.append(clip)
        return plain(clip, *others)

    monkeypatch.setattr("training.robustness.task", listen)
    monkeypatch.setattr("training.robustness.DAMAGES", ())
    robustness(card, runs, utterances, processes=1)
    assert sorted(told) == sorted(utterances)
    folder = runs / measured_run(card, utterances)
    for split in speaker_5fold(utterances, 0):
        assert held_out(folder / split.name, split, card).calibration.temperature > 0
        assert not {clip.voice for clip in split.test} & {clip.voice for clip in split.training}


def test_another_corpus_is_added_to_those_measured_before(bench, tmp_path):
    for name in ("tess", "emodb"):
        made = made_corpora.MAKERS[name](tmp_path / name)
        assert measure(bench, (name, made)) == 0
    card = read_card(bench / "bundles" / "tiny")
    assert [one.corpus for one in card.elsewhere] == ["emodb", "tess"]
    assert summary(card).count("never heard") == 2


def test_elsewhere_counts_shared_emotions_and_every_wrong_answer(bench, tmp_path):
    recognizer = Recognizer.load(bench / "bundles" / "tiny")
    utterances = load_corpora({"tess": made_corpora.tess(tmp_path / "tess")})
    found = elsewhere(recognizer, "tess", utterances, "again")
    assert Emotion.CALM not in found.emotions
    assert len(found.emotions) == 7
    assert found.chance == pytest.approx(1 / 7)
    assert (found.clips, found.speakers, found.command) == (28, 2, "again")
    assert 0 <= found.uar <= found.among <= 1


def test_a_wrong_answer_counts_in_its_own_emotion_alone():
    truth = [Emotion.SAD, Emotion.SAD, Emotion.SAD, Emotion.ANGRY]
    assert uar(truth, [Emotion.SAD, Emotion.SAD, Emotion.CALM, Emotion.SAD]) == pytest.approx(1 / 3)
    heard = Recognition({Emotion.CALM: 0.5, Emotion.SAD: 0.2, Emotion.ANGRY: 0.3}, True, False)
    assert likeliest(heard, (Emotion.SAD, Emotion.ANGRY)) is Emotion.ANGRY


def test_emotions_that_were_never_trained_are_left_out(bench, tmp_path):
    recognizer = Recognizer.load(bench / "bundles" / "tiny")
    figures = recognizer.card.figures
    lacking = (tuple([0] * 8), *figures.confusion[1:])
    figures = msgspec.structs.replace(figures, confusion=lacking)
    recognizer.card = msgspec.structs.replace(recognizer.card, figures=figures)
    utterances = load_corpora({"tess": made_corpora.tess(tmp_path / "tess")})
    found = elsewhere(recognizer, "tess", utterances, "")
    assert Emotion.NEUTRAL not in found.emotions
    assert found.clips == 24
    neutral = [clip for clip in utterances if clip.emotion is Emotion.NEUTRAL]
    with pytest.raises(CorpusError, match="none of the emotions"):
        elsewhere(recognizer, "tess", neutral, "")


def test_speakers_it_was_trained_on_are_not_elsewhere(bench, utterances):
    recognizer = Recognizer.load(bench / "bundles" / "tiny")
    with pytest.raises(CorpusError, match="was trained on speakers"):
        elsewhere(recognizer, "ravdess_song", utterances, "")


def test_other_clips_than_those_of_training_are_no_use(bench, corpus, tmp_path, capsys):
    fewer = shutil.copytree(corpus, tmp_path / "fewer")
    next(fewer.rglob("*.wav")).unlink()
    assert measure(bench, ("ravdess", fewer)) == 2
    assert "not the clips that tiny was trained on" in capsys.readouterr().err


def test_without_the_run_it_says_what_to_run(card, tmp_path, utterances):
    with pytest.raises(RunError, match="First run: python -m training evaluate tiny"):
        robustness(card, tmp_path, utterances, processes=1)


def test_a_network_that_may_have_heard_the_test_clips_is_refused(card, runs, utterances, tmp_path):
    copied = shutil.copytree(runs, tmp_path / "runs")
    listed = copied / measured_run(card, utterances) / "fold-2" / "split.json"
    listing = Listing.load(listed)
    msgspec.structs.replace(listing, training=listing.test).save(listed)
    with pytest.raises(RunError, match=r"fold-2 was trained on other clips"):
        robustness(card, copied, utterances, processes=1)


def test_what_is_random_in_a_task_depends_on_the_clip_alone(card, utterances):
    clip = utterances[0]
    one = task(clip, utterances, card, "babble_10db")
    assert one == task(clip, utterances, card, "babble_10db")
    assert one.seed != task(utterances[1], utterances, card, "babble_10db").seed
    voices = {other.voice for other in utterances if other.path in one.others}
    assert len(one.others) == 6
    assert clip.voice not in voices


def test_more_cores_hear_the_same(card, utterances):
    tasks = [task(clip, utterances, card, "white_10db") for clip in utterances[:3]]
    with workers(1, AT_ONCE) as spread:
        alone = list(spread(inputs, tasks))
    with workers(2, AT_ONCE) as spread:
        for one, other in zip(alone, spread(inputs, tasks), strict=True):
            np.testing.assert_array_equal(one, other)
