"""Whether the emotion of a prediction is named; those of earlier versions were."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column(
        "prediction",
        sa.Column("named", sa.Boolean(), nullable=False, server_default=sa.true()),
    )


def downgrade() -> None:
    """Back from it."""
    op.drop_column("prediction", "named")
