"""Notes, tags and corrections; what a search looks in; tokens of programs."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PREDICTION = sa.table(
    "prediction", sa.column("id"), sa.column("file_name"), sa.column("searched")
)
MANY = 1000

FILTERS = "ix_prediction_filters"
FILTERED = (
    *("place", "created_at", "emotion", "named", "confidence", "model", "source"),
    *("seconds", "batch_id", "searched", "id"),
)


def upgrade() -> None:
    """To this revision."""
    op.add_column("prediction", sa.Column("searched", sa.String(), nullable=False, server_default=""))
    _fold_names()
    if _has_room():
        op.create_index(FILTERS, "prediction", list(FILTERED))
    op.create_table(
        "note",
        sa.Column("prediction_id", sa.String(32), primary_key=True),
        sa.Column("text", sa.String(2000), nullable=False),
    )
    op.create_table(
        "tag",
        sa.Column("prediction_id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
    )
    op.create_index("ix_tag_name", "tag", ["name"])
    op.create_table(
        "correction",
        sa.Column("prediction_id", sa.String(32), primary_key=True),
        sa.Column("emotion", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "token",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
    )


def _has_room() -> bool:
    """Whether an index may hold a long text."""
    return op.get_bind().dialect.name == "sqlite"


def _fold_names() -> None:
    """Databases fold letters of English alone, Python those of all languages."""
    log = op.get_bind()
    rows = log.execute(sa.select(PREDICTION.c.id, PREDICTION.c.file_name)).all()
    change = (
        sa.update(PREDICTION)
        .where(PREDICTION.c.id == sa.bindparam("which"))
        .values(searched=sa.bindparam("folded"))
    )
    for start in range(0, len(rows), MANY):
        some = rows[start : start + MANY]
        log.execute(change, [{"which": id, "folded": _folded(name)} for id, name in some])


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


def downgrade() -> None:
    """Back from it."""
    for table in ("token", "correction", "tag", "note"):
        op.drop_table(table)
    if _has_room():
        op.drop_index(FILTERS, "prediction")
    op.drop_column("prediction", "searched")
