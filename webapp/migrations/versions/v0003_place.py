"""The order in which predictions were logged; that of earlier ones is by their time."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column(
        "prediction",
        sa.Column("place", sa.Integer(), nullable=False, server_default="0"),
    )
    op.execute(
        "UPDATE prediction SET place = ordered.place FROM ("
        "SELECT id, row_number() OVER (ORDER BY created_at, id) AS place FROM prediction"
        ") AS ordered WHERE prediction.id = ordered.id"
    )
    op.create_index("ix_prediction_place", "prediction", ["place", "id"])
    op.drop_index("ix_prediction_created_at", "prediction")


def downgrade() -> None:
    """Back from it."""
    op.create_index("ix_prediction_created_at", "prediction", ["created_at"])
    op.drop_index("ix_prediction_place", "prediction")
    op.drop_column("prediction", "place")
