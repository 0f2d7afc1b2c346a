"""`flask make-log`: predictions that nobody made."""

import pytest
from sqlalchemy import func, select

from webapp import batch_log, prediction_log, sayings
from webapp.selection import Corrected, Selection
from webapp.tables import Batch, Job, Note, Tag
from webapp.transactions import reading


@pytest.fixture
def shell(app):
    return app.test_cli_runner()


def test_it_fills_an_empty_log(shell, app):
    told = shell.invoke(args=["make-log", "700"])
    assert told.exit_code == 0
    assert told.output.startswith("700 made-up predictions were logged")
    with app.app_context():
        assert prediction_log.count() == 700
        assert 0 < prediction_log.count(Selection(corrected=Corrected.YES)) < 100
        assert 0 < prediction_log.count(Selection(corrected=Corrected.RIGHT)) < 100
        assert prediction_log.count(Selection(words="laughs")) > 0
        assert prediction_log.count(Selection(tag="family")) > 0
        newest, oldest = (prediction_log.page(n, 1).items[0] for n in (1, 700))
        assert 364 <= (newest.created_at - oldest.created_at).days <= 365
        assert newest.place == 700
        assert sayings.said(newest.id) is not None
        with reading() as session:
            for table in (Note, Tag, Batch, Job):
                assert session.scalar(select(func.count()).select_from(table)) > 0
            batch = session.scalars(select(Batch.id)).first()
        entries = batch_log.entries(batch)
        assert len(entries) == 50
        assert all(entry.prediction is not None for entry in entries)


def test_the_pages_show_it(shell, client):
    shell.invoke(args=["make-log", "60"])
    assert "60 voices" in client.get("/history").text
    assert client.get("/history/days").status_code == 200


def test_another_seed_makes_others(shell, app):
    shell.invoke(args=["make-log", "3"])
    shell.invoke(args=["make-log", "3", "--add", "--seed", "1"])
    with app.app_context():
        names = [row.file_name for row in prediction_log.page(1, 10).items]
        assert len(set(names)) == 6


def test_true_predictions_are_not_mixed_with_made_ones_unasked(shell, app):
    assert shell.invoke(args=["make-log", "2"]).exit_code == 0
    refused = shell.invoke(args=["make-log", "2"])
    assert refused.exit_code == 1
    assert "--add" in refused.output
    with app.app_context():
        assert prediction_log.count() == 2
    assert shell.invoke(args=["make-log", "0"]).exit_code == 2
