"""Alembic's way in: runs the revisions of `versions/` on the application's own engine."""

from alembic import context
from flask import current_app

from webapp.tables import db
from webapp.transactions import WRITES


def run() -> None:
    """Run the revisions asked for, all of them or none."""
    engine = db.engine.execution_options(**{WRITES: 0.0})
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            transactional_ddl=True,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
