"""The report says how far answers can be believed, from the runs and from the bundles' cards."""

import msgspec
import pytest

from tests import fakes
from tests.training.made_reports import row, section, two_recipes
from training.report import report
from training.reporting import trust


@pytest.fixture
def desk(tmp_path, tiny, monkeypatch):
    """A desk whose reports are not drawn, which takes most of their time."""
    monkeypatch.setattr("training.report.gallery.draw", lambda *_: None)
    return two_recipes(tmp_path, tiny("ann", "mean").read_text())


@pytest.fixture
def cards():
    found = {"robustness": fakes.robustness(), "elsewhere": (fakes.elsewhere(),)}
    plain = msgspec.structs.replace(fakes.card("ann"), robustness=None, elsewhere=())
    return [plain, msgspec.structs.replace(fakes.card("cnn_lstm"), **found)]


def test_confidence_stands_for_speakers_never_heard_only(desk):
    for seed, uar in enumerate((0.5, 0.6)):
        desk.run("first", uar=uar, seed=seed)
    desk.run("second", "random_split", uar=0.9)
    told = section(desk.page, "Confidence")
    assert row(told, "`first`") == [
        *("`first`", "`speaker_5fold`", "55.0±7.1", "8.0±0.0", "65.0±7.1"),
        *("75.0±0.0", "60.0±7.1", "4.0±0.0"),
    ]
    assert "`second`" not in told
    assert "(results/reliability-first-speaker_5fold-ravdess-01234567.svg)" in told


def test_damage_is_a_change_and_a_share_of_other_answers(cards):
    page = trust.damage(cards)
    assert row(page, "recording") == ["recording", "`cnn_lstm`"]
    assert row(page, "as they are") == ["as they are", "**61.0**"]
    assert row(page, "20 dB quieter") == ["20 dB quieter", "-1.0 (1.0)"]
    assert row(page, "Hiss") == ["Hiss", "-15.0 (38.0)"]
    assert "- `python -m training robustness fake --corpus ravdess=DIR`" in page


def test_a_damage_that_one_bundle_was_not_measured_with_leaves_no_blank(cards):
    some = fakes.robustness()
    some = msgspec.structs.replace(some, degradations=some.degradations[:1])
    both = [msgspec.structs.replace(cards[0], robustness=some), cards[1]]
    assert row(trust.damage(both), "Hiss") == ["Hiss", "–", "-15.0 (38.0)"]


def test_other_corpora_stand_beside_chance(cards):
    page = trust.elsewhere(cards)
    assert row(page, "`cnn_lstm`") == [
        *("`cnn_lstm`", "EmoDB", "454", "4", "42.0", "47.0", "25.0", "55.0", "31.0")
    ]


def test_what_was_not_measured_is_not_told(desk, cards):
    assert trust.damage(cards[:1]) == trust.elsewhere(cards[:1]) == ""
    assert "## Worse recordings" not in desk.page
    assert "## Confidence" not in desk.page


def test_the_cards_of_the_bundles_are_read(desk, cards, tmp_path, monkeypatch):
    for card in cards:
        folder = tmp_path / "bundles" / card.name
        folder.mkdir(parents=True)
        (folder / "card.json").touch()
    by_name = {card.name: card for card in cards}
    monkeypatch.setattr("training.report.read_card", lambda folder: by_name[folder.name])
    report(desk.runs, desk.out, desk.inputs, desk.recipes, tmp_path / "bundles")
    page = (desk.out / "RESULTS.md").read_text()
    assert "## Worse recordings" in page
    assert "## Other corpora" in page
