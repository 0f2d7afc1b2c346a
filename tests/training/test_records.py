"""What stays of a run beside the code: all that the report and later looks at answers need."""

import shutil

import pytest

from tests.training.made_runs import write_run
from training.recipe import load_recipe
from training.records import keep
from training.run import RunError


@pytest.fixture
def recipe_path(tiny):
    return tiny("ann", "mean")


@pytest.fixture
def keep_all(tmp_path, recipe_path):
    """Keep records of the runs of the recipe as it is; the names of the files that there are."""
    runs, records = tmp_path / "runs", tmp_path / "records"

    def keep_now():
        recipe = load_recipe(str(recipe_path))
        keep(runs, records, {recipe.name: recipe.digest})
        return sorted(str(f.relative_to(records)) for f in records.rglob("*") if f.is_file())

    return keep_now


def test_what_is_light_is_kept_and_networks_are_not(tmp_path, recipe_path, keep_all):
    run = write_run(tmp_path / "runs", recipe_path)
    for name in ("member-1", "member-2"):
        (run / "fold-2" / name).mkdir(parents=True)
        (run / "fold-2" / name / "history.csv").write_text(name)
    for name in ("calibrated.npz", "model.keras", "familiar.npz", "split.json"):
        (run / "fold-1" / name).write_bytes(b"some")
    assert keep_all() == [
        f"{run.name}/figures.json",
        f"{run.name}/fold-1/calibrated.npz",
        f"{run.name}/fold-1/history.csv",
        f"{run.name}/fold-2/member-1/history.csv",
        f"{run.name}/run.json",
    ]


def test_a_record_outlives_its_run_and_follows_it_until_then(tmp_path, recipe_path, keep_all):
    run = write_run(tmp_path / "runs", recipe_path, uar=None)
    assert f"{run.name}/figures.json" not in keep_all()
    (run / "figures.json").write_text("{}")
    kept = keep_all()
    assert f"{run.name}/figures.json" in kept
    shutil.rmtree(tmp_path / "runs")
    assert keep_all() == kept


def test_a_record_goes_when_its_recipe_has_changed(tmp_path, recipe_path, keep_all):
    write_run(tmp_path / "runs", recipe_path)
    assert keep_all()
    recipe_path.write_text(recipe_path.read_text().replace("epochs = 2", "epochs = 3"))
    assert keep_all() == []


def test_runs_that_give_weights_have_no_record(tmp_path, recipe_path, keep_all):
    write_run(tmp_path / "runs", recipe_path, "all_speakers", uar=None)
    assert keep_all() == []


def test_a_folder_without_a_run_is_named(tmp_path, keep_all):
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    with pytest.raises(RunError, match="mine holds no run"):
        keep_all()
