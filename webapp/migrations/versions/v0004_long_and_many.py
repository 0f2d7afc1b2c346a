"""Jobs, batches, and what was heard over time."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column("prediction", sa.Column("batch_id", sa.String(32)))
    op.create_index("ix_prediction_batch_id", "prediction", ["batch_id"])
    op.create_table(
        "trace",
        sa.Column("prediction_id", sa.String(32), primary_key=True),
        sa.Column("segments", sa.JSON(), nullable=False),
        sa.Column("peaks", sa.LargeBinary()),
        sa.Column("spectrogram", sa.LargeBinary()),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
    )
    _create_jobs()


def _create_jobs() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("batch_id", sa.String(32)),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("audio_name", sa.String(32)),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("error_code", sa.String(32)),
        sa.Column("error_sentence", sa.String(500)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_job_batch", "job", ["batch_id", "place"])
    op.create_index("ix_job_state", "job", ["state"])


def downgrade() -> None:
    """Back from it."""
    for table in ("job", "batch", "trace"):
        op.drop_table(table)
    op.drop_index("ix_prediction_batch_id", "prediction")
    op.drop_column("prediction", "batch_id")
