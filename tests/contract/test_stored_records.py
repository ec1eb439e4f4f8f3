"""Asks SQLite whether stored rows are read, and new ones written, as ever: queries and earlier versions read them."""

import pytest

from bot.domain.collections import Collection, CollectionAudience, CollectionId
from bot.domain.credits import CreditEntry, CreditKind, CreditMove
from bot.domain.people import AccountId
from bot.domain.pictures import PictureId
from bot.domain.privacy import PrivacyKind, PrivacyRequest, PrivacyRequestId, PrivacyState
from bot.domain.refusals import RefusalId, RefusedWords
from bot.domain.rules import AuditEntry, AuditEntryId, Change, RuleKey, RuleKind
from bot.domain.shares import Share, ShareId
from bot.errors import RefusedBy
from storage.sql.database import Database
from storage.sql.privacy_requests import SqlPrivacyRequests
from tests.contract.conftest import ContractTables
from tests.contract.stored import ADA, AT_NOON, DISCORD, FIRST_ID, HERE, assert_same, read_row, write_row
from tests.fakes.clock import NOON

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)

AUDIT_ROW = {
    "position": 1,
    "id": FIRST_ID,
    "community": "discord:42",
    "at": AT_NOON,
    "by_account": "ada",
    "by_name": "Ada",
    "matter": "limit",
    "subject": "tier:guest",
    "account": "",
    "before": None,
    "after": "12",
    "why": "spring",
    "undoes": None,
}
AUDIT_ENTRY = AuditEntry(
    id=AuditEntryId(FIRST_ID),
    community=HERE,
    at=NOON,
    by=ADA,
    key=RuleKey(RuleKind.LIMIT, "tier:guest"),
    before=None,
    after="12",
    why="spring",
)
REFUSAL_ROW = {
    "id": "r1",
    "community": "discord:42",
    "platform": "discord",
    "tenant": "42",
    "account": "ann",
    "refused_at": AT_NOON,
    "by": "filter",
    "category": "violence",
    "entry": "gore",
    "words": "a fox in gore",
    "job": None,
}
REFUSAL = RefusedWords(
    id=RefusalId("r1"),
    community=HERE,
    platform=DISCORD,
    tenant="42",
    account=AccountId("ann"),
    refused_at=NOON,
    by=RefusedBy.FILTER,
    category="violence",
    entry="gore",
    words="a fox in gore",
)
CREDIT_ROW = {
    "position": 1,
    "community": "discord:42",
    "account": "ann",
    "key": "gift",
    "at": AT_NOON,
    "delta": 5,
    "kind": "grant",
    "job": None,
    "by_account": "ada",
    "by_name": "Ada",
    "why": "thanks",
}
SHARE_ROW = {"id": "x1", "picture": "fox.0", "shows_words": 1, "created_at": AT_NOON, "revoked_at": None}
SHARE = Share(id=ShareId("x1"), picture=PictureId("fox.0"), shows_words=True, created_at=NOON)
COLLECTION_ROW = {
    "id": "o1",
    "account": "?",
    "community": "discord:42",
    "name": "Foxes",
    "name_key": "foxes",
    "audience": "community",
    "created_at": AT_NOON,
    "page": None,
}


async def test_an_audit_entry_is_written_and_read_as_ever(database: Database, records: ContractTables) -> None:
    """Both ways."""
    change = Change(community=HERE, key=RuleKey(RuleKind.LIMIT, "tier:guest"), value="12", by=ADA, why="spring")
    await records.rulebook.change(change)
    assert await read_row(database, "record") == AUDIT_ROW
    assert_same(await records.rulebook.find(AuditEntryId(FIRST_ID)), AUDIT_ENTRY)
    await write_row(
        database, "record", AUDIT_ROW | {"position": 2, "id": "e2", "account": "ann", "before": "1", "undoes": FIRST_ID}
    )
    undoing = await records.rulebook.find(AuditEntryId("e2"))
    assert undoing is not None
    assert (undoing.key.account, undoing.before, undoing.undoes) == ("ann", "1", FIRST_ID)


async def test_a_refusal_is_written_and_read_as_ever(database: Database, records: ContractTables) -> None:
    """With its job, where there is one."""
    await records.refusals.add(REFUSAL)
    assert await read_row(database, "refusals") == REFUSAL_ROW
    assert_same(await records.refusals.find(REFUSAL.id), REFUSAL)
    await write_row(database, "refusals", REFUSAL_ROW | {"id": "r2", "job": "fox"})
    found = await records.refusals.find(RefusalId("r2"))
    assert found is not None
    assert found.job == "fox"


async def test_a_credit_entry_is_written_and_read_as_ever(database: Database, records: ContractTables) -> None:
    """A job's own names nobody."""
    ann = AccountId("ann")
    await records.credits.move(
        CreditMove(community=HERE, account=ann, delta=5, kind=CreditKind.GRANT, key="gift", by=ADA, why="thanks")
    )
    assert await read_row(database, "credit_entries") == CREDIT_ROW
    granted = CreditEntry(at=NOON, delta=5, kind=CreditKind.GRANT, by=ADA, why="thanks")
    assert_same(await records.credits.history(HERE, ann, 9), (granted,))
    nobody = {"position": 2, "key": "k2", "kind": "spend", "delta": -1, "by_account": None, "by_name": None, "why": ""}
    await write_row(database, "credit_entries", CREDIT_ROW | nobody)
    assert (await records.credits.history(HERE, ann, 1))[0] == CreditEntry(at=NOON, delta=-1, kind=CreditKind.SPEND, by=None)


@pytest.mark.usefixtures("fox_picture")
async def test_a_share_is_written_and_read_as_ever(database: Database, records: ContractTables) -> None:
    """And says when it was revoked."""
    await records.shares.add(SHARE)
    assert await read_row(database, "shares") == SHARE_ROW
    assert_same(await records.shares.get(SHARE.id), SHARE)
    await write_row(database, "shares", SHARE_ROW | {"id": "x2", "revoked_at": AT_NOON})
    found = await records.shares.get(ShareId("x2"))
    assert found is not None
    assert found.revoked_at == NOON


async def test_a_collection_is_written_and_read_as_ever(database: Database, records: ContractTables, ann: AccountId) -> None:
    """With its page, where it has one."""
    collection = Collection(
        id=CollectionId("o1"), account=ann, community=HERE, name="Foxes", audience=CollectionAudience.COMMUNITY, created_at=NOON
    )
    await records.collections.add(collection)
    assert await read_row(database, "collections") == COLLECTION_ROW | {"account": ann}
    assert_same(await records.collections.find(ann, "foxes"), collection)
    await write_row(database, "collections", COLLECTION_ROW | {"id": "o2", "account": ann, "name_key": "owls", "page": "x3"})
    found = await records.collections.of_page(ShareId("x3"))
    assert found is not None
    assert (found.id, found.page) == ("o2", "x3")


async def test_a_privacy_request_is_read_as_ever(database: Database, ann: AccountId) -> None:
    """The column says `told_at`, as it did before the domain said `notified_at`."""
    times = {"requested_at": AT_NOON, "finished_at": AT_NOON, "expires_at": None, "told_at": AT_NOON}
    row = {
        "id": "p1",
        "kind": "forget",
        "account": ann,
        "state": "done",
        "counts": '{"pictures": 3}',
        "parts": 0,
        "size_bytes": 0,
    }
    await write_row(database, "privacy_requests", row | times)
    expected = PrivacyRequest(
        id=PrivacyRequestId("p1"),
        kind=PrivacyKind.FORGET,
        account=ann,
        identity=None,
        requested_at=NOON,
        state=PrivacyState.DONE,
        finished_at=NOON,
        notified_at=NOON,
        counts={"pictures": 3},
    )
    assert_same(await SqlPrivacyRequests(database).get(expected.id), expected)
