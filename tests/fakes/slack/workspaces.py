"""Workspaces: people, channels, and the app's installation."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.slack.channels import Channel
from tests.fakes.slack.deliveries import SlackEventDelivery
from tests.fakes.slack.members import Member
from tests.fakes.slack.rule_form import FileRule
from tests.fakes.slack.tokens import ALL_SCOPES, Token
from tests.fakes.slack.users import User
from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    import asyncio

    from tests.fakes.slack.world import World


@dataclass(eq=False)
class Group:
    """A user group."""

    id: str
    handle: str
    members: list[Member]
    is_disabled: bool = False


class Workspace:
    """A workspace. With `enterprise` it belongs to an organisation, which may have installed the app everywhere at once."""

    bot_user: User
    bot_id: str

    def __init__(self, world: "World", team_id: str, name: str, *, enterprise: str | None = None) -> None:
        self.world = world
        self.id = team_id
        self.name = name
        self.enterprise = enterprise
        self.url = f"https://{name}.slack.example/"
        self.token: Token | None = None
        """The newest token of the installation; None where there is none."""
        self.channels: dict[str, Channel] = {}
        self.people: dict[str, Member] = {}
        self.groups: dict[str, Group] = {}
        twin = next((one for one in world.workspaces.values() if enterprise and one.enterprise == enterprise), None)
        self.bot_user = twin.bot_user if twin else User(world.ids.new("U"), world.app.name, self, is_bot=True)
        self.bot_id = twin.bot_id if twin else world.ids.new("B")

    @property
    def is_installed(self) -> bool:
        """Whether the app is."""
        return self.token is not None

    @property
    def is_org_install(self) -> bool:
        """Whether the whole organisation installed it at once."""
        return self.token is not None and self.token.enterprise is not None

    @property
    def bot_token(self) -> str:
        """The newest token of the installation."""
        assert self.token is not None, f"the app is not installed in {self.name}"
        return self.token.value

    @property
    def granted(self) -> frozenset[str]:
        """The scopes of the installation."""
        return self.token.scopes if self.token is not None else frozenset()

    def install(self, scopes: Iterable[str] = ALL_SCOPES, *, is_org: bool = False, value: str | None = None) -> Token:
        """Install the app (again), for the whole organisation if `is_org`; `value` names the token."""
        enterprise = self.enterprise if is_org else None
        token = self.world.tokens.issue(self, frozenset(scopes), enterprise=enterprise, value=value)
        self.hold(token)
        return token

    def hold(self, token: Token) -> None:
        """Use a token from now on; an organisation's in all of its workspaces."""
        for one in self.world.workspaces_of(token):
            one.token = token
        self.token = token

    def uninstall(self) -> "asyncio.Task[SlackEventDelivery]":
        """Remove the app: its tokens die, and it is told so."""
        owner = self.token.owner if self.token is not None else self.id
        self.world.tokens.kill(owner, "account_inactive")
        revoked = self._tell_revoked()
        gone = self.world.deliveries.tell(self, {"type": "app_uninstalled", "event_ts": self.world.ids.ts()})
        self._let_go(owner)
        return self.world.deliveries.watch(_both(revoked, gone))

    def revoke_tokens(self) -> "asyncio.Task[SlackEventDelivery]":
        """End the bot's token, and tell it so."""
        owner = self.token.owner if self.token is not None else self.id
        self.world.tokens.kill(owner, "token_revoked")
        revoked = self._tell_revoked()
        self._let_go(owner)
        return self.world.deliveries.watch(revoked.tried())

    def deactivate(self, code: str = "account_inactive") -> None:
        """Let the token be refused from now on, without a word to the bot."""
        if self.token is not None:
            self.token.dead = code

    def add_member(
        self, name: str, *, is_admin: bool = False, is_owner: bool = False, locale: str = "en-US", tz: str = "Europe/Amsterdam"
    ) -> Member:
        """Let somebody join."""
        member = Member(self, self.world.ids.new("U"), name)
        member.is_admin, member.is_owner, member.locale, member.tz = is_admin, is_owner, locale, tz
        self.people[member.id] = self.world.members[member.id] = member
        return member

    def add_channel(self, name: str, *, has_bot: bool = True, is_private: bool = False) -> Channel:
        """Make a channel; people join where they first do something."""
        channel = Channel(self, self.world.ids.new("C"), name, is_private=is_private)
        self.channels[channel.id] = channel
        if has_bot:
            channel.invite_bot()
        return channel

    def add_group(self, handle: str, *members: Member) -> Group:
        """Make a user group."""
        group = Group(self.world.ids.new("S"), handle, list(members))
        self.groups[group.id] = group
        return group

    def dm(self, member: Member) -> Channel:
        """Return the direct conversation of somebody with the bot."""
        for channel in self.channels.values():
            if channel.is_im and channel.has(member):
                return channel
        channel = Channel(self, self.world.ids.new("D"), f"dm-{member.name}", is_im=True)
        channel.add(member)
        channel.invite_bot()
        self.channels[channel.id] = channel
        return channel

    def name_of(self, some_id: str) -> str:
        """Return the name of a person or channel; the id itself when there is none."""
        if some_id == self.bot_user.id:
            return self.bot_user.name
        known = self.people.get(some_id) or self.channels.get(some_id)
        return known.name if known is not None else some_id

    def file_rule(self, channel: Channel) -> FileRule:
        """Return the rule by which a `slack_file` may be shown in a channel: seen, and shared where its readers are."""

        def is_good(wanted: Json) -> bool:
            files = [one for one in self.world.files.values() if one.workspace is self and one.is_visible and not one.is_deleted]
            found = [one for one in files if one.id == wanted.get("id") or _is_link(one.json(self.world.base_url), wanted)]
            if not self.world.limits.files_must_be_shared:
                return bool(found)
            return any(
                not share.is_deleted and (share.channel is channel or not share.channel.is_private)
                for one in found
                for share in one.messages
            )

        return is_good

    def json(self) -> Json:
        """Return the workspace as payloads carry it."""
        body: Json = {"id": self.id, "domain": self.name}
        return body | ({"enterprise_id": self.enterprise, "enterprise_name": self.enterprise} if self.enterprise else {})

    def enterprise_json(self) -> Json | None:
        """Return the organisation as payloads carry it."""
        return {"id": self.enterprise, "name": self.enterprise} if self.enterprise else None

    def _tell_revoked(self) -> SlackEventDelivery:
        event = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.bot_user.id]}, "event_ts": self.world.ids.ts()}
        return self.world.deliveries.tell(self, event)

    def _let_go(self, owner: str) -> None:
        for one in self.world.workspaces.values():
            if one.token is not None and one.token.owner == owner:
                one.token = None


async def _both(first: SlackEventDelivery, second: SlackEventDelivery) -> SlackEventDelivery:
    await first.tried()
    return await second.tried()


def _is_link(file: Json, wanted: Json) -> bool:
    return bool(wanted.get("url")) and wanted["url"] in (file.get("url_private"), file.get("permalink"))
