"""Asks whether our store of installations keeps what slack-sdk's own keeps, and keeps it sealed.

What both promise is asked of both, so that nobody has to believe that they agree.
"""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from sqlalchemy.ext.asyncio import create_async_engine

from bot.adapters.slack.installation_store import EncryptedInstallationStore, reencrypt_installations
from bot.adapters.slack.token_encryption import DecryptionFailed, TokenCipher
from tests.fakes.clock import NOON
from tests.fakes.installations import MemoryInstallations
from tests.unit.adapters.slack.examples import CLIENT, NEW_KEY, OLD_KEY, an_installation, an_organisations

HOUR = timedelta(hours=1)
LATER = NOON + HOUR


@pytest.fixture
def installations() -> MemoryInstallations:
    """Return the record that the store writes into."""
    return MemoryInstallations()


@pytest.fixture
def ours(installations: MemoryInstallations) -> EncryptedInstallationStore:
    """Return our store."""
    return EncryptedInstallationStore(installations, TokenCipher((OLD_KEY,)), CLIENT)


@pytest.fixture(params=["ours", "slack-sdk's"])
async def store(request: pytest.FixtureRequest, ours: EncryptedInstallationStore) -> AsyncIterator[AsyncInstallationStore]:
    """Yield either store."""
    if request.param == "ours":
        yield ours
        return
    engine = create_async_engine("sqlite+aiosqlite:///:memory:")
    theirs = AsyncSQLAlchemyInstallationStore(CLIENT, engine)
    await theirs.create_tables()  # type: ignore[no-untyped-call]  # slack-sdk gives it no types
    yield theirs
    await engine.dispose()


async def bot_token(
    store: AsyncInstallationStore, enterprise: str | None, team: str | None, *, whole: bool = False
) -> str | None:
    """Return a bot's token."""
    bot = await store.async_find_bot(enterprise_id=enterprise, team_id=team, is_enterprise_install=whole)
    return None if bot is None else bot.bot_token


async def tokens(
    store: AsyncInstallationStore, enterprise: str | None, team: str | None, user: str | None = None, *, whole: bool = False
) -> tuple[str | None, str | None] | None:
    """Return the tokens of an installation, the bot's first."""
    found = await store.async_find_installation(enterprise_id=enterprise, team_id=team, user_id=user, is_enterprise_install=whole)
    return None if found is None else (found.bot_token, found.user_token)


async def test_nothing_is_found_before_anything_is_installed(store: AsyncInstallationStore) -> None:
    """Wherever it is looked for; and nothing can be deleted, which is no error."""
    await store.async_delete_all(enterprise_id=None, team_id="T1")
    assert await bot_token(store, None, "T1") is None
    assert await tokens(store, None, "T1") is None
    assert await tokens(store, "E1", None, "U1", whole=True) is None


async def test_an_installation_comes_back_as_it_was(store: AsyncInstallationStore) -> None:
    """Every field of it, of the bot too, with the ends of tokens that have one."""
    ends = int(LATER.timestamp())
    installation = an_installation(
        bot_refresh_token="xoxe-1",
        bot_token_expires_at=ends,
        user_refresh_token="xoxe-2",
        user_token_expires_at=ends,
        incoming_webhook_url="https://hooks.example/1",
    )
    await store.async_save(installation)
    found = await store.async_find_installation(enterprise_id=None, team_id="T1")
    bot = await store.async_find_bot(enterprise_id=None, team_id="T1")
    assert found is not None
    assert bot is not None
    assert found.to_dict() == installation.to_dict()
    assert bot.to_dict() == installation.to_bot().to_dict()


async def test_each_workspace_has_its_own(store: AsyncInstallationStore) -> None:
    """The organisation counts as well."""
    await store.async_save(an_installation("one"))
    await store.async_save(an_installation("two", team_id="T2"))
    await store.async_save(an_installation("three", enterprise_id="E1"))
    assert await bot_token(store, None, "T1") == "xoxb-one"
    assert await tokens(store, None, "T2") == ("xoxb-two", "xoxp-two")
    assert await tokens(store, "E1", "T1", "U1") == ("xoxb-three", "xoxp-three")
    assert await bot_token(store, "E2", "T1") is None


async def test_an_organisations_installation_is_found_from_each_of_its_workspaces(store: AsyncInstallationStore) -> None:
    """Slack says with each event whether that is the one to take."""
    await store.async_save(an_organisations())
    assert await bot_token(store, "E1", "T7", whole=True) == "xoxb-grid"
    assert await tokens(store, "E1", "T7", whole=True) == ("xoxb-grid", "xoxp-grid")
    assert await tokens(store, "E1", None, "U1") == ("xoxb-grid", "xoxp-grid")
    assert await bot_token(store, "E1", "T7") is None
    assert await bot_token(store, "E2", "T7", whole=True) is None


async def test_a_second_installer_brings_a_new_bot_for_everybody(store: AsyncInstallationStore) -> None:
    """Each keeps a token of their own."""
    await store.async_save(an_installation("one"))
    await store.async_save(an_installation("two", user_id="U2", installed_at=LATER))
    assert await bot_token(store, None, "T1") == "xoxb-two"
    assert await tokens(store, None, "T1") == ("xoxb-two", "xoxp-two")
    assert await tokens(store, None, "T1", "U1") == ("xoxb-two", "xoxp-one")
    assert await tokens(store, None, "T1", "U3") is None


async def test_what_was_saved_late_but_is_older_changes_no_bot(store: AsyncInstallationStore) -> None:
    """The newest installation counts, not the last writer."""
    await store.async_save(an_installation("two", user_id="U2", installed_at=LATER))
    await store.async_save(an_installation("one"))
    assert await bot_token(store, None, "T1") == "xoxb-two"
    assert await tokens(store, None, "T1") == ("xoxb-two", "xoxp-two")


async def test_a_renewed_bot_takes_the_place_of_the_old_one(store: AsyncInstallationStore) -> None:
    """It is the same installation still."""
    await store.async_save(an_installation())
    bot = an_installation("new").to_bot()
    await store.async_save_bot(bot)
    assert await bot_token(store, None, "T1") == "xoxb-new"
    assert await tokens(store, None, "T1", "U1") == ("xoxb-new", "xoxp-one")


async def test_a_bot_alone_is_no_installation(store: AsyncInstallationStore) -> None:
    """It is found as a bot."""
    await store.async_save_bot(an_installation().to_bot())
    assert await bot_token(store, None, "T1") == "xoxb-one"
    assert await tokens(store, None, "T1") is None


async def test_a_person_who_takes_their_token_back_leaves_the_bot(store: AsyncInstallationStore) -> None:
    """And the others' tokens."""
    await store.async_save(an_installation("one"))
    await store.async_save(an_installation("two", user_id="U2", installed_at=LATER))
    await store.async_delete_installation(enterprise_id=None, team_id="T1", user_id="U2")
    assert await tokens(store, None, "T1", "U2") is None
    assert await tokens(store, None, "T1", "U1") == ("xoxb-two", "xoxp-one")
    await store.async_delete_installation(enterprise_id=None, team_id="T1")
    assert await tokens(store, None, "T1") is None
    assert await bot_token(store, None, "T1") == "xoxb-two"


async def test_uninstalling_leaves_nothing_of_the_workspace(store: AsyncInstallationStore) -> None:
    """And everything of others, the organisation's own included."""
    await store.async_save(an_installation("one", enterprise_id="E1"))
    await store.async_save(an_installation("two", enterprise_id="E1", team_id="T2"))
    await store.async_save(an_organisations())
    await store.async_delete_all(enterprise_id="E1", team_id="T1")
    assert await bot_token(store, "E1", "T1") is None
    assert await tokens(store, "E1", "T1") is None
    assert await tokens(store, "E1", "T2") == ("xoxb-two", "xoxp-two")
    await store.async_delete_all(enterprise_id="E1", team_id=None)
    assert await bot_token(store, "E1", None, whole=True) is None
    assert await bot_token(store, "E1", "T2") == "xoxb-two"


async def test_a_revoked_bot_is_not_given_with_installations(ours: EncryptedInstallationStore) -> None:
    """Its token is dead; the installer's is not."""
    await ours.async_save(an_installation())
    await ours.async_delete_bot(enterprise_id=None, team_id="T1")
    assert await bot_token(ours, None, "T1") is None
    assert await tokens(ours, None, "T1") == (None, "xoxp-one")


async def test_an_organisations_installation_is_never_one_workspaces(ours: EncryptedInstallationStore) -> None:
    """Even where Slack names the workspace that it was begun in."""
    await ours.async_save(an_organisations(team_id="T1"))
    assert await tokens(ours, "E1", "T2", whole=True) == ("xoxb-grid", "xoxp-grid")
    assert await bot_token(ours, "E1", "T1") is None
    assert await tokens(ours, "E1", "T1") is None


async def test_installations_have_the_bot_of_today(ours: EncryptedInstallationStore) -> None:
    """Without a user too: a copy of a used refresh token would be used again."""
    await ours.async_save(an_installation())
    await ours.async_save_bot(an_installation("new").to_bot())
    assert await tokens(ours, None, "T1") == ("xoxb-new", "xoxp-one")


async def test_somebody_who_gives_only_their_own_token_leaves_the_bot_alone(ours: EncryptedInstallationStore) -> None:
    """Slack lets people do so."""
    await ours.async_save(an_installation())
    await ours.async_save(an_installation("two", user_id="U2", bot_token=None, installed_at=LATER))
    assert await tokens(ours, None, "T1") == ("xoxb-one", "xoxp-two")


async def test_no_token_can_be_read_in_the_records(ours: EncryptedInstallationStore, installations: MemoryInstallations) -> None:
    """Nor names."""
    await ours.async_save(an_installation(bot_refresh_token="xoxe-1"))
    kept = b"".join(one.sealed for one in installations.by_key.values())
    assert len(installations.by_key) == 2
    assert not any(word in kept for word in (b"xox", b"Ann"))


async def test_a_record_moved_to_another_workspace_does_not_open(
    ours: EncryptedInstallationStore, installations: MemoryInstallations
) -> None:
    """Whoever can write into the table gains no workspace."""
    await ours.async_save(an_installation("one"))
    await ours.async_save(an_installation("two", team_id="T2"))
    kept = {key.workspace: one for key, one in installations.by_key.items() if not key.user}
    await installations.save(type(kept["T1"])(key=kept["T1"].key, sealed=kept["T2"].sealed, installed_at=NOON))
    with pytest.raises(DecryptionFailed):
        await bot_token(ours, None, "T1")


async def test_another_application_sees_none_of_it(ours: EncryptedInstallationStore, installations: MemoryInstallations) -> None:
    """Two bots may share one database."""
    await ours.async_save(an_installation())
    other = EncryptedInstallationStore(installations, TokenCipher((OLD_KEY,)), "other")
    assert await bot_token(other, None, "T1") is None
    await other.async_delete_all(enterprise_id=None, team_id="T1")
    assert await bot_token(ours, None, "T1") == "xoxb-one"


async def test_after_resealing_the_old_key_can_be_thrown_away(
    ours: EncryptedInstallationStore, installations: MemoryInstallations
) -> None:
    """Bots and installers alike; doing it again does no harm."""
    await ours.async_save(an_installation())
    await ours.async_save(an_organisations())
    for _ in range(2):
        assert await reencrypt_installations(installations, TokenCipher((NEW_KEY, OLD_KEY)), CLIENT) == 4
    after = EncryptedInstallationStore(installations, TokenCipher((NEW_KEY,)), CLIENT)
    assert await tokens(after, None, "T1") == ("xoxb-one", "xoxp-one")
    assert await tokens(after, "E1", "T7", whole=True) == ("xoxb-grid", "xoxp-grid")
    with pytest.raises(DecryptionFailed):
        await bot_token(ours, None, "T1")


async def test_resealing_without_the_old_key_changes_nothing(
    ours: EncryptedInstallationStore, installations: MemoryInstallations
) -> None:
    """It says so instead."""
    await ours.async_save(an_installation())
    before = dict(installations.by_key)
    with pytest.raises(DecryptionFailed):
        await reencrypt_installations(installations, TokenCipher((NEW_KEY,)), CLIENT)
    assert installations.by_key == before
