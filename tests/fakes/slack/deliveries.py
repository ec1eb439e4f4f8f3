"""What the platform sends to the bot, by whichever way, and how that went."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from tests.fakes.slack.workspaces import Workspace
    from tests.fakes.slack.world import World

COMMANDS, INTERACTIVE, EVENTS = "slash_commands", "interactive", "events_api"
TIMEOUT, UNREACHED, REFUSED, LOST = "http_timeout", "connection_failed", "http_error", "connection_lost"


@dataclass(slots=True)
class Attempt:
    """One sending of a payload. `ack_ms` is None when no answer came in time."""

    number: int
    way: str
    reason: str = ""
    """Why it was tried again; empty the first time."""
    connection: str = ""
    status: int = 0
    ack_ms: float | None = None
    error: str = ""
    response: Json = field(default_factory=dict)
    is_last: bool = False
    """The bot asked for no more retries."""


class Transport(Protocol):
    """A way to the bot: sockets, or HTTP."""

    async def attempt(self, delivery: "SlackEventDelivery", number: int, reason: str) -> Attempt:
        """Send a payload and wait for its acknowledgement."""
        ...


class SlackEventDelivery:
    """A payload on its way to the bot."""

    def __init__(self, kind: str, payload: Json, *, on_ack: Callable[[Json], None] | None = None) -> None:
        self.kind = kind
        self.payload = payload
        self.attempts: list[Attempt] = []
        self.failed = ""
        """What the person saw: `operation_timeout` or `dispatch_failed`; for events, why none was sent."""
        self.late_ack_ms: float | None = None
        """When an acknowledgement came that was too late."""
        self._on_ack = on_ack
        self._tried = asyncio.Event()

    @property
    def is_acked(self) -> bool:
        """Whether the bot acknowledged it in time, at the first or a later attempt."""
        return any(one.ack_ms is not None for one in self.attempts)

    @property
    def ack_ms(self) -> float | None:
        """How many milliseconds the acknowledgement took; None while there is none."""
        return next((one.ack_ms for one in self.attempts if one.ack_ms is not None), None)

    @property
    def response(self) -> Json:
        """The body of the acknowledgement; empty for a bare one."""
        return next((one.response for one in self.attempts if one.ack_ms is not None), {})

    @property
    def response_action(self) -> str:
        """What the bot did with a submitted view: `errors`, `update`, `push`, `clear`, or nothing."""
        return str(self.response.get("response_action", ""))

    @property
    def errors(self) -> dict[str, str]:
        """What the bot found wrong with a submitted view, by block id."""
        return dict(self.response.get("errors", {})) if self.response_action == "errors" else {}

    @property
    def type(self) -> str:
        """What it is: `slash_commands`, `block_actions`, `view_submission`, `app_mention`, …."""
        event = self.payload.get("event") or {}
        return str(event.get("type") or self.payload.get("type") or self.kind)

    async def tried(self) -> "SlackEventDelivery":
        """Wait until the first attempt is over."""
        await self._tried.wait()
        return self

    def keep(self, attempt: Attempt) -> None:
        """Note an attempt; the first good one takes effect."""
        if attempt.ack_ms is not None and not self.is_acked and self._on_ack is not None:
            self._on_ack(attempt.response)
        self.attempts.append(attempt)
        if attempt.ack_ms is None and len(self.attempts) == 1 and self.kind != EVENTS:
            self.failed = "operation_timeout" if attempt.error == TIMEOUT else "dispatch_failed"

    def over(self) -> None:
        """Let go of whoever waits for the first attempt."""
        self._tried.set()

    def json(self) -> Json:
        """Return it for somebody in another process."""
        return {
            "kind": self.kind,
            "type": self.type,
            "is_acked": self.is_acked,
            "ack_ms": self.ack_ms,
            "failed": self.failed,
            "attempts": len(self.attempts),
            "response": self.response,
        }


def _subscription(event: Json) -> str:
    """Return what an app subscribes to for an event: messages are told apart by where they are written."""
    return f"message.{event['channel_type']}" if event["type"] == "message" else str(event["type"])


class Deliveries:
    """Sends what is to be sent. It owns its tasks."""

    def __init__(self, world: "World", sockets: Transport, endpoint: Transport) -> None:
        self._world = world
        self._sockets = sockets
        self._endpoint = endpoint
        self._tasks: set[asyncio.Task[SlackEventDelivery]] = set()

    def send(self, delivery: SlackEventDelivery) -> SlackEventDelivery:
        """Start on a delivery."""
        self._world.seen.deliveries.append(delivery)
        self._own(asyncio.create_task(self._run(delivery)))
        return delivery

    def tell(
        self, workspace: "Workspace", event: Json, *, needs: str = "", source: "Workspace | None" = None
    ) -> SlackEventDelivery:
        """Send an event, if the app is installed in `workspace`, subscribed, and has the scope that it `needs`.

        `source` is given for a channel that workspaces share: whose member did it.
        """
        delivery = SlackEventDelivery(EVENTS, self._callback(workspace, event, source))
        events = self._world.app.events
        if not workspace.is_installed and event["type"] not in ("app_uninstalled", "tokens_revoked"):
            delivery.failed = "not_installed"
        elif needs and workspace.is_installed and needs not in workspace.granted:
            delivery.failed = "missing_scope"
        elif events is not None and _subscription(event) not in events:
            delivery.failed = "not_subscribed"
        if delivery.failed:
            delivery.over()
            return delivery
        return self.send(delivery)

    def repeat(self, delivery: SlackEventDelivery) -> "asyncio.Task[SlackEventDelivery]":
        """Send the same payload once more, marked as a retry, and give what came of it."""
        again = SlackEventDelivery(delivery.kind, delivery.payload)
        self._world.seen.deliveries.append(again)

        async def run() -> SlackEventDelivery:
            again.keep(await self._transport.attempt(again, 1, TIMEOUT))
            again.over()
            return again

        return self._own(asyncio.create_task(run()))

    async def close(self) -> None:
        """Stop what is on its way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def _transport(self) -> Transport:
        return self._endpoint if self._world.app.request_url else self._sockets

    def watch(self, run: Coroutine[None, None, SlackEventDelivery]) -> "asyncio.Task[SlackEventDelivery]":
        """Run something that waits for deliveries, and own it."""
        return self._own(asyncio.create_task(run))

    def _own(self, task: "asyncio.Task[SlackEventDelivery]") -> "asyncio.Task[SlackEventDelivery]":
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _run(self, delivery: SlackEventDelivery) -> SlackEventDelivery:
        reason = ""
        limits = self._world.limits
        for number in range(1 + len(limits.retry_waits)):
            if number:
                await asyncio.sleep(limits.retry_waits[number - 1].total_seconds())
            attempt = await self._transport.attempt(delivery, number, reason)
            delivery.keep(attempt)
            delivery.over()
            self._world.changes.notify()
            if attempt.ack_ms is not None or attempt.is_last or not self._is_retried(delivery):
                break
            reason = attempt.error
        return delivery

    def _is_retried(self, delivery: SlackEventDelivery) -> bool:
        is_socket = self._transport is self._sockets
        return delivery.kind == EVENTS or (is_socket and self._world.limits.retries_everything)

    def _callback(self, workspace: "Workspace", event: Json, source: "Workspace | None") -> Json:
        app, seen_in = self._world.app, source or workspace
        is_org = workspace.is_org_install
        who = {
            "enterprise_id": workspace.enterprise,
            "team_id": None if is_org else workspace.id,
            "user_id": workspace.bot_user.id,
            "is_bot": True,
            "is_enterprise_install": is_org,
        }
        return {
            "token": app.verification_token,
            "team_id": seen_in.id,
            **({"enterprise_id": seen_in.enterprise} if seen_in.enterprise else {}),
            "context_team_id": workspace.id,
            "context_enterprise_id": workspace.enterprise,
            "api_app_id": app.id,
            "event": event,
            "type": "event_callback",
            "event_id": self._world.ids.new("Ev"),
            "event_time": int(time.time()),
            "authorizations": [who],
            "is_ext_shared_channel": source is not None,
            "event_context": f"4-{self._world.ids.new('')}",
        }
