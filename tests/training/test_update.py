"""Seeds that were measured after a release come onto the card of its bundle."""

import shutil

import pytest

from tests.training.conftest import TINY
from tests.training.made_bundles import measured, trained
from training.__main__ import main
from training.recipe import load_recipe
from training.records import keep
from training.release import release
from training.report import RECORDS
from webapp.speech.bundle import CARD, GOLDEN, KERAS, TFLITE, read_card
from webapp.speech.recognizer import load_recognizers

STAYS = (TFLITE, KERAS, GOLDEN, "familiar.npz", "curves.svg")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A bundle that was released when one seed was measured, and the runs it came from."""
    folder = tmp_path_factory.mktemp("shop")
    recipe = folder / "tiny_ann.toml"
    recipe.write_text(TINY.format(network="ann", pooling="mean"))
    first = measured(folder / "runs", recipe, uars=(0.4,))
    release(trained(folder / "runs", recipe), first, [], folder / "bundles" / "tiny")
    return folder


@pytest.fixture
def update(shop, tmp_path):
    """Put what there are records of on a copy of the card; its folder, and the status."""
    bundles = tmp_path / "bundles"
    shutil.copytree(shop / "bundles", bundles)

    def now(runs):
        recipe = load_recipe(str(shop / "tiny_ann.toml"))
        keep(runs, tmp_path / RECORDS, {recipe.name: recipe.digest})
        command = ["update", "tiny", "--bundles", str(bundles), "--out", str(tmp_path)]
        return bundles / "tiny", main(command)

    return now


def test_later_seeds_come_onto_the_card_and_the_weights_stay(shop, update, tmp_path, capsys):
    measured(tmp_path / "runs", shop / "tiny_ann.toml", uars=(0.4, 0.5, 0.6))
    measured(tmp_path / "runs", shop / "tiny_ann.toml", "random_5fold", (0.7,))
    before = read_card(shop / "bundles" / "tiny")
    folder, status = update(tmp_path / "runs")
    assert status == 0
    assert "UAR 0.500 over 3 seed(s)" in capsys.readouterr().out
    card = load_recognizers(folder.parent)["tiny"].card
    assert card.figures.uars == (0.4, 0.5, 0.6)
    assert card.figures.command.endswith("--seeds 3")
    assert card.random.protocol == "random_5fold"
    assert (card.version, card.calibration, card.origin) == (
        before.version,
        before.calibration,
        before.origin,
    )
    assert all(card.checksums[name] == before.checksums[name] for name in STAYS)
    assert card.checksums["confusion.svg"] != before.checksums["confusion.svg"]


@pytest.mark.parametrize("seeds", [(), (1,)])
def test_no_seed_of_the_card_is_lost(shop, update, tmp_path, capsys, seeds):
    for run in measured(tmp_path / "runs", shop / "tiny_ann.toml", uars=(0.4, 0.5)):
        if not any(f"seed{seed}" in run.name for seed in seeds):
            shutil.rmtree(run)
    before = (shop / "bundles" / "tiny" / CARD).read_bytes()
    folder, status = update(tmp_path / "runs")
    assert status == 2
    assert "--seeds 1, then: python -m training report" in capsys.readouterr().err
    assert (folder / CARD).read_bytes() == before
