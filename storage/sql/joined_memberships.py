"""Memberships that identities bring when accounts are joined, and take along when they are parted again."""

from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.people import AccountId
from bot.domain.rules import RuleKind
from storage.schema.billing import brought_memberships, subscriptions
from storage.schema.quotas import rules

_NEW = insert(brought_memberships)
_FOLLOW = (
    update(brought_memberships).where(brought_memberships.c.account == bindparam("gone")).values(account=bindparam("survivor"))
)
_BROUGHT = select(brought_memberships).where(brought_memberships.c.account == bindparam("old"))
_MEMBERSHIPS = select(rules).where(rules.c.account == bindparam("old"), rules.c.matter == RuleKind.MEMBERSHIP).with_for_update()
_SET = insert(rules)
_THIS = (
    rules.c.community == bindparam("of_community"),
    rules.c.account == bindparam("of_account"),
    rules.c.matter == RuleKind.MEMBERSHIP,
    rules.c.subject == bindparam("of_subject"),
)
_CHANGE = update(rules).where(*_THIS)
_SUBSCRIBE = update(subscriptions).where(
    subscriptions.c.source == bindparam("of_source"), subscriptions.c.id == bindparam("of_id")
)
_DROP = delete(rules).where(*_THIS)
_FORGET = delete(brought_memberships).where(
    brought_memberships.c.community == bindparam("of_community"),
    brought_memberships.c.first_account == bindparam("of_first"),
    brought_memberships.c.subject == bindparam("of_subject"),
)


async def reassign_memberships(connection: AsyncConnection, *, survivor: AccountId, gone: AccountId) -> None:
    """Have the memberships that were brought to `gone` count as brought to `survivor`."""
    await connection.execute(_FOLLOW, {"survivor": survivor, "gone": gone})


async def record_membership(
    connection: AsyncConnection, row: Row[Any], *, survivor: AccountId, before: str | None, joined: str
) -> None:
    """Note a membership, by the rule that its account had, and what it made of the survivor's."""
    whose = {"community": row.community, "first_account": row.account, "subject": row.subject, "account": survivor}
    await connection.execute(_NEW, {**whose, "brought": row.value, "joined": joined, "before": before})


async def move_memberships(connection: AsyncConnection, first_account: str | None, *, old: AccountId, new: AccountId) -> None:
    """Move to `new` the memberships that came with the account it had first, and their subscriptions.

    What was changed since both were joined stays where it is. Whoever the
    account was from the beginning leaves behind only what others brought.
    """
    brought = (await connection.execute(_BROUGHT, {"old": old})).all()
    for rule in (await connection.execute(_MEMBERSHIPS, {"old": old})).all():
        same = [one for one in brought if (one.community, one.subject) == (rule.community, rule.subject)]
        stays, goes, used = _split_membership(rule.value, same, first_account, is_first=first_account == old)
        if goes is None:
            continue
        source, _, id_ = rule.subject.partition(":")
        await connection.execute(_SUBSCRIBE, {"of_source": source, "of_id": id_, "account": new})
        this = {"of_community": rule.community, "of_account": old, "of_subject": rule.subject}
        await connection.execute(*((_DROP, this) if stays is None else (_CHANGE, {**this, "value": stays})))
        mine = {"community": rule.community, "account": new, "matter": RuleKind.MEMBERSHIP, "subject": rule.subject}
        await connection.execute(_SET, {**mine, "value": goes})
        if used is not None:
            key = {"of_community": used.community, "of_first": used.first_account, "of_subject": used.subject}
            await connection.execute(_FORGET, key)


def _split_membership(
    value: str, brought: list[Row[Any]], first_account: str | None, *, is_first: bool
) -> tuple[str | None, str | None, Row[Any] | None]:
    """Return what stays of a membership, what goes, and by which note."""
    if is_first and not brought:
        return None, value, None
    for one in brought:
        if one.joined == value and is_first and len(brought) == 1:
            return one.brought, one.before, one
        if one.joined == value and one.first_account == first_account:
            return one.before, one.brought, one
    return value, None, None
