"""Everything there is in the fake, and the ways to find it."""

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.changes import FakeChanges
from tests.fakes.slack.clock import SlackClock, SlackIds
from tests.fakes.slack.faults import Faults
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.rates import Rates
from tests.fakes.slack.schemas import manifest_complaint
from tests.fakes.slack.seen import Seen
from tests.fakes.slack.tokens import Token, Tokens
from tests.fakes.slack.triggers import Triggers
from tests.fakes.slack.views import Views
from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from tests.fakes.slack.deliveries import Deliveries
    from tests.fakes.slack.files import File
    from tests.fakes.slack.members import Member
    from tests.fakes.slack.response_urls import ResponseUrls
    from tests.fakes.slack.workspaces import Workspace


@dataclass
class App:
    """The app as its settings page has it."""

    id: str
    name: str = "easel"
    client_id: str = "1111.2222"
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    app_token: str = field(default_factory=lambda: f"xapp-1-{secrets.token_hex(16)}")
    verification_token: str = "legacy-verification"
    request_url: str | None = None
    redirect_urls: list[str] = field(default_factory=list)
    """Where OAuth may send people; empty allows anything."""
    rotates_tokens: bool = False
    is_distributed: bool = True
    commands: list[str] | None = None
    """The slash commands there are; None offers any."""
    shortcuts: list[str] | None = None
    """The callback ids of its shortcuts; None offers any."""
    events: list[str] | None = None
    """The bot events it is subscribed to; None is all that the fake has."""

    def follow(self, manifest: Json) -> tuple[str, ...]:
        """Set the app up as a manifest says, and give the bot scopes that it asks for.

        Payloads go where its commands, shortcuts and subscriptions say, unless it switches Socket Mode on.

        Raises:
            ValueError: Slack's own schema does not take it.
        """
        if complaint := manifest_complaint(manifest):
            raise ValueError(complaint)
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        oauth = manifest.get("oauth_config", {})
        self.commands = [one["command"] for one in features.get("slash_commands", [])]
        self.shortcuts = [one["callback_id"] for one in features.get("shortcuts", [])]
        self.events = list(settings.get("event_subscriptions", {}).get("bot_events", []))
        self.redirect_urls = list(oauth.get("redirect_urls", []))
        self.rotates_tokens = bool(settings.get("token_rotation_enabled"))
        is_socket = bool(settings.get("socket_mode_enabled"))
        self.request_url = None if is_socket else settings.get("event_subscriptions", {}).get("request_url")
        return tuple(oauth.get("scopes", {}).get("bot", []))


class World:
    """The state of the platform."""

    deliveries: "Deliveries"
    response_urls: "ResponseUrls"

    def __init__(self, limits: Limits, app_token: str | None = None, clock: SlackClock | None = None) -> None:
        self.limits = limits
        self.clock = clock or SlackClock()
        self.ids = SlackIds(self.clock)
        self.changes = FakeChanges()
        self.seen = Seen()
        self.faults = Faults()
        self.rates = Rates(limits, self.clock)
        self.app = App(self.ids.new("A"))
        self.app.app_token = app_token or self.app.app_token
        self.tokens = Tokens(self)
        self.tokens.add(Token(self.app.app_token, frozenset({"connections:write"})))
        self.triggers = Triggers(limits, self.clock, self.ids)
        self.views = Views(self)
        self.workspaces: dict[str, Workspace] = {}
        self.files: dict[str, File] = {}
        self.members: dict[str, Member] = {}
        self.base_url = ""
        self.drops_shares = 0
        """How many of the next shares vanish although the API says `ok`."""
        self.holds_files = False
        """Whether uploads stay invisible until `release_files`."""

    def workspaces_of(self, token: Token) -> "list[Workspace]":
        """Return what a token can see: one workspace, or all of an organisation."""
        if token.enterprise is not None:
            return [one for one in self.workspaces.values() if one.enterprise == token.enterprise]
        return [token.workspace] if token.workspace is not None else []
