"""Several seeds of one recipe under one protocol become one."""

import pytest
from msgspec.structs import replace

from tests.training.made_runs import bins, measured, write_run
from training.run import RunError
from training.seeds import Found, joined, read_seeds, seconds_an_epoch


@pytest.fixture
def recipe_path(tiny):
    return tiny("ann", "mean")


def test_seeds_are_averaged_and_their_clips_summed():
    figures = joined([measured(uar=0.5, seed=0), measured(uar=0.6, seed=1)])
    assert (figures.uar, figures.accuracy, figures.macro_f1) == pytest.approx((0.55, 0.55, 0.54))
    assert figures.uars == (0.5, 0.6)
    assert figures.seeds == (0, 1)
    assert figures.calibration_error == pytest.approx(0.08)
    assert (figures.surest, figures.named, figures.unlike) == pytest.approx((0.65, 0.75, 0.04))
    assert figures.confusion[0][0] == 100 + 120
    assert figures.tested == 2 * 8 * 200


def test_what_is_named_counts_by_how_often():
    often, seldom = measured(seed=0), measured(seed=1)
    often = replace(often, figures=replace(often.figures, named=0.8, named_right=0.5))
    seldom = replace(seldom, figures=replace(seldom.figures, named=0.2, named_right=1.0))
    assert joined([often, seldom]).named_right == pytest.approx(0.6)
    never = replace(often, figures=replace(often.figures, named=0.0, named_right=0.0))
    assert joined([never, never]).named_right == 0


def test_bins_hold_the_clips_of_all_seeds():
    plain = measured()
    sure = tuple(replace(one, confidence=0.52) for one in bins(100, right=80))
    other = replace(plain, figures=replace(plain.figures, reliability=sure))
    middle = joined([plain, other]).reliability[7]
    assert (middle.clips, middle.right) == (300, 180)
    assert middle.confidence == pytest.approx((200 * 0.5 + 100 * 0.52) / 300)


def test_seeds_stand_in_order_and_the_command_runs_them_all():
    figures = joined([measured(seed=2), measured(seed=0), measured(seed=1)])
    assert figures.seeds == (0, 1, 2)
    assert figures.command == (
        "python -m training evaluate x --protocol speaker_5fold --corpus ravdess=DIR --seeds 3"
    )


def test_one_seed_stays_as_it_is():
    one = measured()
    assert joined([one]) == one.figures


def test_seconds_that_nobody_recorded_are_not_known():
    old, new = measured(seconds_an_epoch=None), measured(seconds_an_epoch=2.5)
    assert seconds_an_epoch([old]) is None
    assert seconds_an_epoch([old, new]) == 2.5


def test_runs_are_put_together_by_recipe_protocol_and_data(tmp_path, recipe_path):
    for seed in (1, 0):
        write_run(tmp_path, recipe_path, seed=seed)
    write_run(tmp_path, recipe_path, "random_split")
    write_run(tmp_path, recipe_path, checksum="f" * 16)
    found = read_seeds(tmp_path).measured
    seeds = [(one.run.protocol, one.figures.seeds) for one in found]
    assert sorted(seeds) == [
        ("random_split", (0,)),
        ("speaker_5fold", (0,)),
        ("speaker_5fold", (0, 1)),
    ]


def test_runs_without_figures_are_unfinished(tmp_path, recipe_path):
    write_run(tmp_path, recipe_path, uar=None)
    found = read_seeds(tmp_path)
    assert found.measured == ()
    assert [run.protocol for run in found.unfinished] == ["speaker_5fold"]


def test_without_any_record_nothing_is_found(tmp_path):
    assert read_seeds(tmp_path / "none") == Found((), ())


def test_splits_and_best_epochs_are_means_over_the_seeds(tmp_path, recipe_path):
    for seed, uar in enumerate((0.4, 0.6)):
        folder = write_run(tmp_path, recipe_path, uar=uar, seed=seed)
    (folder / "fold-1" / "history.csv").unlink()
    (one,) = read_seeds(tmp_path).measured
    assert one.splits == pytest.approx({"fold-1": 0.48, "fold-2": 0.52})
    assert one.best_epoch == 0.45


def test_damaged_figures_are_named(tmp_path, recipe_path):
    folder = write_run(tmp_path, recipe_path)
    (folder / "figures.json").write_text("{")
    with pytest.raises(RunError, match="Run its `evaluate` again"):
        read_seeds(tmp_path)
