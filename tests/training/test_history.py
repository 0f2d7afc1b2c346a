import pytest

from tests.training.made_runs import CURVES
from training.history import read_curves
from training.run import RunError


def test_the_kept_epoch_is_the_first_with_the_lowest_validation_loss(tmp_path):
    (tmp_path / "history.csv").write_text(CURVES)
    curves = read_curves(tmp_path)
    assert curves.chosen == 2
    assert curves.loss == (2.1, 1.4, 0.6)
    assert curves.validation_accuracy == (0.25, 0.45, 0.4)


def test_other_columns_do_no_harm(tmp_path):
    heading, *epochs = CURVES.splitlines()
    lines = [f"{heading},seconds", *(f"{epoch},1.5" for epoch in epochs)]
    (tmp_path / "history.csv").write_text("\n".join(lines))
    assert read_curves(tmp_path).chosen == 2


def test_what_has_no_epochs_has_no_curves(tmp_path):
    assert read_curves(tmp_path) is None


@pytest.mark.parametrize(
    "text", ["", "epoch,loss\n0,1\n", CURVES.replace("1.5", "x"), CURVES + "3,0.5\n"]
)
def test_a_damaged_file_is_named(tmp_path, text):
    (tmp_path / "history.csv").write_text(text)
    with pytest.raises(RunError, match=r"history[.]csv is damaged"):
        read_curves(tmp_path)
