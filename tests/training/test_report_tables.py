"""Each cell of the report follows from the runs, the claims and the reasons."""

import pytest

from tests.training.made_reports import REASONS, row, section, two_recipes
from training.run import RunError


@pytest.fixture
def desk(tmp_path, tiny, monkeypatch):
    """A desk whose reports are not drawn, which takes most of their time."""
    monkeypatch.setattr("training.report.gallery.draw", lambda *_: None)
    return two_recipes(tmp_path, tiny("ann", "mean").read_text())


def test_a_cell_gives_mean_spread_and_seeds(desk):
    for seed, uar in enumerate((0.5, 0.6)):
        desk.run("first", uar=uar, seed=seed)
    desk.run("second", uar=0.4)
    ravdess = section(desk.page, "RAVDESS")
    assert "**55.0±7.1 (2)**" in row(ravdess, "`first`")
    assert "40.0 (1)" in row(ravdess, "`second`")


def test_the_best_on_new_speakers_come_first_and_leaks_are_never_bold(desk):
    desk.run("first", uar=0.4)
    desk.run("second", uar=0.5)
    desk.run("first", "random_split", uar=0.9)
    ravdess = section(desk.page, "RAVDESS")
    assert ravdess.index("`second`") < ravdess.index("`first`")
    assert "90.0 (1)" in row(ravdess, "`first`")


def test_the_leak_is_random_minus_new_speakers(desk):
    desk.run("first", uar=0.4)
    desk.run("first", "random_split", uar=0.65)
    desk.run("second", uar=0.5)
    page = desk.page
    ravdess = section(page, "RAVDESS")
    assert row(ravdess, "`first`")[-1] == "+25.0"
    assert row(ravdess, "`second`")[-1] == "not measured"
    assert "The leak is `random_split` (leaks) minus `speaker_5fold`." in ravdess
    assert "leak-ravdess-01234567.svg" in ravdess


def test_a_recipe_without_the_split_at_random_has_its_leak_from_the_folds_at_random(desk):
    desk.run("first", uar=0.4)
    desk.run("first", "random_split", uar=0.65)
    desk.run("second", uar=0.5)
    desk.run("second", "random_5fold", uar=0.6)
    ravdess = section(desk.page, "RAVDESS")
    assert row(ravdess, "`first`")[-1] == "+25.0"
    assert row(ravdess, "`second`")[-1] == "+10.0"
    told = "The leak is `random_split` (leaks) minus `speaker_5fold`; where that was not measured,"
    assert f"{told} `random_5fold` (leaks) minus `speaker_5fold`." in ravdess


def test_what_was_not_run_at_all_stands_below_the_table(desk):
    desk.run("first", corpora=("tess",), checksum="t" * 16)
    desk.because("TESS has two speakers.", protocol="random_5fold", corpora='["tess"]')
    desk.because("Nobody claims it.", recipe="second", corpora='["tess"]')
    tess = section(desk.page, "TESS")
    assert "`second` |" not in tess
    assert "- Not run here: `second`. Nobody claims it." in tess or "TESS has two" in tess
    assert "- Not run here: `random_5fold` (leaks). TESS has two speakers." in tess


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[reasons]]\nmood = 1", "reasons.toml"),
        (REASONS.format(recipe="x", protocol="*", corpora="[]", reason=""), "no recipe.*'x'"),
        (REASONS.format(recipe="*", protocol="y", corpora="[]", reason=""), "no protocol.*'y'"),
        ("[[", "reasons.toml"),
        ("[[reason]]\nrecipe = '*'", "unknown field"),
    ],
)
def test_reasons_are_read_strictly(desk, text, complaint):
    (desk.inputs / "reasons.toml").write_text(text)
    with pytest.raises(RunError, match=complaint):
        _ = desk.page


def test_a_claim_stands_beside_ours_under_both_protocols(desk):
    desk.run("first", uar=0.4)
    desk.run("first", "random_split", uar=0.7)
    page = desk.page
    assert "99% (random 80/20)" in row(section(page, "RAVDESS"), "`first`")
    assert row(section(page, "Claims"), "`first`") == [
        "`first`",
        "99%",
        "random 80/20",
        "`random_split` (leaks), RAVDESS",
        "70.0",
        "69.0",
        "`speaker_5fold`",
        "40.0",
        "39.0",
    ]


def test_a_claim_that_was_not_tested_says_so(desk):
    desk.because("No time.", protocol="random_split")
    claims = section(desk.page, "Claims")
    assert "`random_split` (leaks), RAVDESS: No time." in row(claims, "`first`")


def test_a_claim_on_more_corpora_is_tested_on_those_at_hand(desk):
    text = (desk.recipes / "first.toml").read_text()
    many = text.replace('["ravdess"]', '["ravdess", "tess", "iesc"]')
    (desk.recipes / "first.toml").write_text(many)
    desk.run("first", "random_split", uar=0.3)
    desk.run("first", "random_split", uar=0.6, corpora=("ravdess", "tess"), checksum="m" * 16)
    claims = section(desk.page, "Claims")
    assert row(claims, "`first`")[3:5] == ["`random_split` (leaks), RAVDESS + TESS", "60.0"]


def test_peeking_is_shown_beside_its_best_epoch(desk):
    desk.run("first", uar=0.4)
    desk.run("first", "random_split", uar=0.6)
    desk.run("first", "random_split_peeking", uar=0.65)
    grown = desk.page.partition("How a figure grows")[2]
    assert row(grown.partition("## ")[0], "`first`") == ["`first`", "40.0", "60.0", "65.0", "45.0"]


def test_every_row_has_its_command_and_costs(desk):
    desk.run("first", seconds_an_epoch=None)
    details = section(desk.page, "Details")
    command = "`python -m training evaluate x --protocol speaker_5fold --corpus ravdess=DIR"
    assert row(details, "`first`", "`speaker_5fold`", "0")[-1] == f"{command} --seeds 1`"
    assert "| `first` | 34,000 | not recorded | 2.50 |" in details
    assert "48.0 to 52.0" in details


def test_a_recipe_without_epochs_has_no_seconds_an_epoch(desk):
    head = (desk.recipes / "second.toml").read_text().partition("[augmentation]")[0]
    (desk.recipes / "second.toml").write_text(head + "[support_vectors]\npenalty = 1.0\n")
    desk.run("second", seconds_an_epoch=None)
    desk.run("second", "random_split_peeking", seconds_an_epoch=None)
    page = desk.page
    assert "| `second` | 34,000 | no epochs | 2.50 |" in page
    assert row(page.partition("How a figure grows")[2], "`second`", "50.0")[-1] == "no epochs"


def test_emotions_that_never_occur_have_no_figures(desk):
    desk.run("first", absent=("calm",))
    details = section(desk.page, "Details")
    assert row(details, "calm") == ["calm", "–", "–", "–", "0"]
    assert row(details, "sad")[2:] == ["50.0", "50.0", "200"]


def test_cross_corpus_gives_each_tested_corpus(desk):
    corpora = ("ravdess", "tess")
    splits = {"ravdess": 0.25, "tess": 0.35}
    desk.run("first", "cross_corpus", uar=0.3, corpora=corpora, splits=splits)
    details = section(desk.page, "Details of RAVDESS + TESS")
    assert "| recipe | tested on RAVDESS | tested on TESS |" in details
    assert "| `first` | 25.0 | 35.0 |" in details
