"""Several networks that answer as one: trained, chosen and calibrated apart, then averaged."""

import dataclasses
import shutil

import keras
import numpy as np
import pytest
from msgspec.structs import replace

from tests.training.made_runs import CURVES
from training.calibrate import with_embedding
from training.dataset import Dataset
from training.ears import ears_in, trained
from training.export import to_tflite
from training.fit import _train
from training.history import read_curves, seconds_an_epoch
from training.networks import BUILDERS, committee
from training.recipe import SupportVectors, load_recipe
from training.split import Listing, speakers
from training.splits import speaker_5fold, splits_of

MEMBERS = 2


@pytest.fixture(scope="module")
def split(utterances):
    return splits_of("speaker_5fold", utterances, 1, MEMBERS)[0]


@pytest.fixture(scope="module")
def heard(utterances, split, tmp_path_factory):
    """A committee that was trained, its folder, and what it was trained by."""
    folder = tmp_path_factory.mktemp("committee")
    small = load_recipe("ann")
    recipe = replace(
        small, members=MEMBERS, training=replace(small.training, epochs=2, patience=None)
    )
    dataset = Dataset(utterances, recipe.features, recipe.augmentation.speeds, folder / "features")
    return trained(recipe, dataset, split, 1, folder), folder, recipe, dataset


def members_in(folder):
    return [ears_in(folder / f"member-{number}") for number in range(1, 1 + MEMBERS)]


def test_members_have_seeds_of_their_own_and_the_same_test_clips(utterances):
    first, second = (splits_of("speaker_5fold", utterances, seed, 3) for seed in range(2))
    alone = [speaker_5fold(utterances, seed) for seed in range(6)]
    for number, (one, other) in enumerate(zip(first, second, strict=True)):
        assert [*one.members, *other.members] == [splits[number] for splits in alone]
        assert {member.test for member in one.members} == {one.test}


def test_who_chose_for_any_member_counts_as_validation(split):
    chose = set().union(*(speakers(member.validation) for member in split.members))
    assert speakers(split.validation) == chose
    assert not speakers(split.training) & chose
    assert not speakers(split.test) & (chose | speakers(split.training))


def test_members_with_other_test_clips_are_refused(utterances, split):
    other = splits_of("speaker_5fold", utterances, 1, MEMBERS)[1]
    with pytest.raises(ValueError, match="other test clips"):
        dataclasses.replace(split, members=(split.members[0], other))


def test_it_answers_the_mean_of_its_calibrated_members(heard, split):
    ears, folder, _, dataset = heard
    answers = [member.answers(dataset, split.test) for member in members_in(folder)]
    assert not np.array_equal(answers[0].probabilities, answers[1].probabilities)
    expected = np.mean([answer.probabilities for answer in answers], axis=0)
    np.testing.assert_allclose(ears.answers(dataset, split.test).probabilities, expected, atol=1e-5)


def test_its_distance_and_bounds_are_those_of_its_members(heard, split):
    ears, folder, _, dataset = heard
    members = members_in(folder)
    inputs = np.concatenate([dataset.inputs(clip) for clip in split.test])
    embeddings = [one.network.predict(inputs, verbose=0)[1] for one in members]
    together = ears.network.predict(inputs, verbose=0)[1]
    np.testing.assert_allclose(together, np.concatenate(embeddings, axis=1), atol=1e-5)
    gaps = []
    for one, inside in zip(members, embeddings, strict=True):
        around = one.familiarity
        gaps.append(np.linalg.norm((inside[:, None] - around.centres) @ around.whitening, axis=2))
    nearest = np.sqrt(np.mean(np.square(gaps), axis=0)).min(axis=1)
    np.testing.assert_allclose(ears.familiarity.distance(together), nearest, rtol=1e-4)
    bounds = [one.calibration for one in members]
    assert ears.calibration.threshold == np.mean([one.threshold for one in bounds])
    assert min(one.farthest for one in bounds) <= ears.calibration.farthest
    assert ears.calibration.farthest <= max(one.farthest for one in bounds)


def test_it_is_read_back_and_a_missing_member_alone_is_trained(heard, split, tmp_path, monkeypatch):
    ears, folder, recipe, dataset = heard
    monkeypatch.setattr("training.ears._alone", lambda *_: pytest.fail("trained again"))
    again = trained(recipe, dataset, split, 1, folder)
    assert again.calibration == ears.calibration
    monkeypatch.undo()
    shutil.copytree(folder / "member-1", tmp_path / "member-1")
    asked = []

    def watched(recipe, dataset, split, seed, folder):
        asked.append((seed, folder.name))
        _train(recipe, dataset, split, seed, folder)

    monkeypatch.setattr("training.fit._train", watched)
    trained(recipe, dataset, split, 1, tmp_path)
    assert asked == [(3, "member-2")]


def test_it_lists_who_was_where(heard, split):
    _, folder, _, _ = heard
    assert Listing.load(folder / "split.json") == split.listing


def test_a_network_with_memory_survives_being_joined_and_exported(generator):
    from ai_edge_litert.interpreter import Interpreter

    settings = load_recipe("cnn_lstm").features
    inputs = generator.normal(-5, 30, (2, *settings.input_shape)).astype(np.float32)
    members = [BUILDERS["cnn_lstm"](settings, 8, inputs) for _ in range(MEMBERS)]
    joined = committee(members, [1.0, 2.0])
    expected = with_embedding(joined).predict(inputs, verbose=0)
    interpreter = Interpreter(model_content=to_tflite(joined))
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], inputs[:1])
    interpreter.invoke()
    (found,) = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    np.testing.assert_allclose(found, np.concatenate([part[0] for part in expected]), atol=1e-4)


def test_a_joined_network_needs_nothing_of_ours_to_be_read(heard):
    ears, folder, _, _ = heard
    read = keras.models.load_model(folder / "model.keras", compile=False)
    assert read.count_params() >= sum(one.network.count_params() for one in members_in(folder))
    assert len(read.get_weights()) == len(ears.network.get_weights())


def test_its_curves_are_those_of_the_first_member(tmp_path):
    for number in (1, 2):
        member = tmp_path / f"member-{number}"
        member.mkdir()
        heading, *epochs = CURVES.splitlines()
        lines = [f"{heading},seconds", *(f"{epoch},{number}.5" for epoch in epochs)]
        (member / "history.csv").write_text("\n".join(lines))
    assert read_curves(tmp_path).chosen == 2
    assert seconds_an_epoch([tmp_path]) == 2.0


def test_support_vectors_have_no_members(recipe):
    with pytest.raises(ValueError, match="members"):
        replace(recipe, training=None, support_vectors=SupportVectors(penalty=1.0), members=3)
