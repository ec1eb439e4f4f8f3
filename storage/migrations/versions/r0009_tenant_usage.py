"""A table of its own for what a server or workspace has used together; it was counted as an account that nobody has."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_PREFIX = "all of "


def upgrade() -> None:
    """Make the table and move the counters, which holds that are open now count in when they end.

    The column is renamed, so that a program of before fails on it: it would count where nobody reads. Until then none
    may count: what it wrote between the copy and the removal would be lost.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute("LOCK TABLE usage, holds IN EXCLUSIVE MODE")
    op.create_table(
        "tenant_usage",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("community", "tenant")),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("held", "spent")),
        sa.PrimaryKeyConstraint("community", "tenant", "day", name="pk_tenant_usage"),
        sa.CheckConstraint("held >= 0 AND spent >= 0", name=op.f("ck_tenant_usage_not_negative")),
    )
    usage, tenant_usage = (
        sa.table(table, *(sa.column(name) for name in ("community", whose, "day", "held", "spent")))
        for table, whose in (("usage", "account"), ("tenant_usage", "tenant"))
    )
    is_tenants = sa.func.substr(usage.c.account, 1, len(_PREFIX)) == _PREFIX
    tenant = sa.func.substr(usage.c.account, len(_PREFIX) + 1)
    counted = sa.select(usage.c.community, tenant, usage.c.day, usage.c.held, usage.c.spent).where(is_tenants)
    op.execute(tenant_usage.insert().from_select(list(tenant_usage.c.keys()), counted))
    op.execute(sa.delete(usage).where(is_tenants))
    op.execute("ALTER TABLE holds RENAME COLUMN crowd TO tenant")
