"""The list of corrections, each with what was heard."""

from sqlalchemy import select

from webapp.paging import Mark, follow
from webapp.tables import Correction, Prediction
from webapp.transactions import reading


def after(mark: Mark | None, size: int) -> list[tuple[Correction, Prediction]]:
    """Some corrections, newest first, each with what was heard: those that follow a mark."""
    wanted = follow(mark, Correction.created_at, Correction.prediction_id)
    newest = Correction.created_at.desc(), Correction.prediction_id
    query = select(Correction, Prediction).join(
        Prediction, Prediction.id == Correction.prediction_id
    )
    with reading() as session:
        found = session.execute(query.where(wanted).order_by(*newest).limit(size))
        return [(correction, prediction) for correction, prediction in found]
