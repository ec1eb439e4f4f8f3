"""People with a Slack client, and what they do with it."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tests.fakes.changes import NotSeen
from tests.fakes.slack import blocks_view, payloads, words
from tests.fakes.slack.deliveries import COMMANDS, INTERACTIVE, SlackEventDelivery
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.files import File
from tests.fakes.slack.inputs import state_of
from tests.fakes.slack.messages import Message, Version
from tests.fakes.slack.users import User
from tests.fakes.slack.views import SlackView
from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from tests.fakes.slack.channels import Channel
    from tests.fakes.slack.workspaces import Workspace


class Member(User):
    """Somebody with a client. What it would not let them do raises `NotSeen`; how the bot did is in what each act gives."""

    def __init__(self, workspace: "Workspace", user_id: str, name: str) -> None:
        super().__init__(user_id, name, workspace)
        self._world = workspace.world

    @property
    def dm(self) -> "Channel":
        """Their direct conversation with the bot."""
        return self.workspace.dm(self)

    @property
    def dms(self) -> list[Message]:
        """What the bot and they have said to each other in private, oldest first."""
        return self.dm.messages

    @property
    def home(self) -> SlackView | None:
        """Their Home tab, if the bot ever published one."""
        return self._world.views.homes.get(self.id)

    def ephemerals(self, channel: "Channel | None" = None) -> list[Message]:
        """Return the messages that they alone see, oldest first; everywhere, or in one channel."""
        places = [channel] if channel is not None else list(self.workspace.channels.values())
        return [one for place in places for one in place.everything if one.whispered_to is self and not one.is_deleted]

    async def ephemeral(self, text: str = "", *, within: float = 5) -> Message:
        """Wait for a message that they alone see, with `text` in it, and give the newest."""
        what = f"a whisper to {self.name} with {text!r}, only {[one.shown for one in self.ephemerals()]}"
        found = await self._world.changes.until(
            lambda: [one for one in self.ephemerals() if text in one], within=within, what=what
        )
        return found[-1]

    async def command(
        self, channel: "Channel", name: str, text: str = "", *, thread: Message | None = None
    ) -> SlackEventDelivery:
        """Type a slash command, and wait until it is acknowledged or has failed.

        Raises:
            NotSeen: There is no such command, or it is typed in a thread, where there are none.
        """
        commands = self._world.app.commands
        if thread is not None:
            raise NotSeen(f"{name} is not supported in threads")
        if commands is not None and name not in commands:
            raise NotSeen(f"{name} is not a valid command, only {commands}")
        self._enter(channel, needs="commands")
        payload = payloads.command(self, channel, name, text)
        return await self._send(COMMANDS, payload, lambda post: self._show(channel, post))

    async def press(self, where: "Message | SlackView", button: str) -> SlackEventDelivery:
        """Press a button of a message, modal or Home tab, named by its label or action id, or choose so from a menu.

        Raises:
            NotSeen: It is not there.
        """
        self._look_at(where)
        found = [one for one in blocks_view.buttons(where.blocks) if button in (one.label, one.action_id)]
        for action_id, (element, _) in () if found else blocks_view.actions(where.blocks).items():
            if any(button == one["text"]["text"] for one in element.get("options", [])):
                return await self.choose(where, action_id, button)
        if not found:
            raise NotSeen(f"no button {button!r}, only {where.buttons}")
        return await self.forge_press(where, payloads.action_of(found[0]))

    async def choose(self, where: "Message | SlackView", action_id: str, value: str) -> SlackEventDelivery:
        """Choose from a menu that is not part of a form, by the option's value or label.

        Raises:
            NotSeen: There is no such menu, or it does not offer that.
        """
        self._look_at(where)
        element, block_id = blocks_view.actions(where.blocks).get(action_id, ({}, ""))
        options = [one for one in element.get("options", []) if value in (one["value"], one["text"]["text"])]
        if not options:
            raise NotSeen(f"no menu {action_id!r} that offers {value!r}")
        chosen = {"type": element["type"], "action_id": action_id, "block_id": block_id, "selected_option": options[0]}
        return await self.forge_press(where, chosen)

    async def forge_press(self, where: "Message | SlackView", action: Json) -> SlackEventDelivery:
        """Send any action on a message or view, also of a button that is not there (any more)."""
        make = payloads.press_on_message if isinstance(where, Message) else payloads.press_on_view
        installed = where.channel.workspace if isinstance(where, Message) else where.workspace
        return await self._send(INTERACTIVE, make(self, where, action), installed=installed)  # type: ignore[arg-type]  # each takes its own kind

    def upload(self, name: str, content: bytes, *, size: int | None = None) -> File:
        """Send a file that stands nowhere yet; `size` is what Slack says of it where that is not its length."""
        world = self._world
        file = File(world.ids.new("F"), self.workspace, name, len(content) if size is None else size, self.id, content=content)
        file.created, file.is_complete, file.is_visible = world.clock.now().timestamp(), True, True
        world.files[file.id] = file
        return file

    async def mention(
        self, channel: "Channel", text: str, *, thread: Message | None = None, files: Sequence[File] = ()
    ) -> SlackEventDelivery:
        """Write to the bot in a channel: `@easel a fox`. Where the bot is not a member it hears nothing."""
        message = self.say(channel, text, thread=thread, files=files)
        return await self._tell(channel, payloads.mention(self, message), "app_mentions:read")

    async def write(self, text: str, *, thread: Message | None = None, files: Sequence[File] = ()) -> SlackEventDelivery:
        """Write to the bot in their direct conversation, where its name is not needed. That is no `app_mention`."""
        message = self.say(self.dm, text, thread=thread, files=files)
        return await self._tell(self.dm, payloads.direct_message(self, message), "im:history")

    def say(self, channel: "Channel", text: str, *, thread: Message | None = None, files: Sequence[File] = ()) -> Message:
        """Write an ordinary message; `@easel` becomes a mention, everything else stays plain words."""
        self._enter(channel)
        bot = channel.workspace.bot_user
        marked = re.sub(rf"@{re.escape(bot.name)}\b", f"<@{bot.id}>", words.escape(text))
        root = (thread.thread or thread.ts) if thread is not None else None
        message = Message(channel, self._world.ids.ts(), self, Version(self._world.clock.now(), marked), thread=root)
        message.files = tuple(files)
        for file in files:
            if not file.messages:  # one that is shared elsewhere already is only named here
                file.messages.append(message)
        return channel.put(message)

    async def react(self, message: Message, emoji: str) -> SlackEventDelivery:
        """React to a message. The bot hears of it where it is a member.

        Raises:
            NotSeen: It is not there, or it is ephemeral, where nobody can react.
        """
        self._look_at(message)
        if message.is_ephemeral:
            raise NotSeen("nobody can react to an ephemeral message")
        message.reactions.setdefault(emoji, []).append(self)
        return await self._reaction("reaction_added", message, emoji)

    async def unreact(self, message: Message, emoji: str) -> SlackEventDelivery:
        """Take a reaction back."""
        message.reactions[emoji].remove(self)
        return await self._reaction("reaction_removed", message, emoji)

    async def global_shortcut(self, callback_id: str) -> SlackEventDelivery:
        """Use a shortcut that belongs to no message."""
        self._offers(callback_id)
        return await self._send(INTERACTIVE, payloads.shortcut(self, callback_id))

    async def message_shortcut(self, callback_id: str, message: Message) -> SlackEventDelivery:
        """Use a shortcut on a message.

        Raises:
            NotSeen: There is no such shortcut, or the message is ephemeral, where there are none.
        """
        self._look_at(message)
        self._offers(callback_id)
        if message.is_ephemeral:
            raise NotSeen("there are no shortcuts on an ephemeral message")
        payload = payloads.message_shortcut(self, callback_id, message)
        return await self._send(INTERACTIVE, payload, installed=message.channel.workspace)

    async def view(self, *, within: float = 5) -> SlackView:
        """Wait until a modal is open for them, and give the one on top."""
        return await self._world.changes.until(
            lambda: self._world.views.on_top(self), within=within, what=f"a modal for {self.name}"
        )

    @property
    def open_view(self) -> SlackView | None:
        """The modal they look at, if any."""
        return self._world.views.on_top(self)

    async def submit(
        self, view: SlackView, values: Mapping[str, Any] | None = None, *, is_forged: bool = False, **more: Any
    ) -> SlackEventDelivery:
        """Fill in a modal and send it; what the bot answers happens to the modal. `is_forged` sends what no client would.

        Raises:
            NotSeen: It is not open, or the client would not send that.
        """
        if not view.is_open and not is_forged:
            raise NotSeen("that modal is not open")
        state = state_of(view, {**(values or {}), **more}, is_strict=not is_forged)
        payload = payloads.submission(self, view, state)
        return await self._send(INTERACTIVE, payload, lambda answer: self._after(view, answer), installed=view.workspace)

    async def close(self, view: SlackView) -> SlackEventDelivery | None:
        """Close a modal; the bot hears of it only if it asked to."""
        self._world.views.close(view)
        if not view.raw.get("notify_on_close"):
            return None
        return await self._send(INTERACTIVE, payloads.closing(self, view, is_cleared=False), installed=view.workspace)

    async def open_home(self, *, within: float = 5) -> SlackView:
        """Open the bot's Home tab, and wait for what it publishes."""
        versions = len(self.home.versions) if self.home else 0
        await self.visit_home()

        def published() -> SlackView | None:
            return self.home if self.home is not None and len(self.home.versions) > versions else None

        return await self._world.changes.until(published, within=within, what=f"a Home tab for {self.name}")

    async def visit_home(self, tab: str = "home") -> SlackEventDelivery:
        """Open the bot's Home (or `messages`) tab, and wait for nothing but the event."""
        event: Json = {
            "type": "app_home_opened",
            "user": self.id,
            "channel": self.dm.id,
            "tab": tab,
            "event_ts": self._world.ids.ts(),
            **({"view": self.home.json()} if self.home else {}),
        }
        return await self._world.deliveries.tell(self.workspace, event).tried()

    async def _reaction(self, kind: str, message: Message, emoji: str) -> SlackEventDelivery:
        event: Json = {
            "type": kind,
            "user": self.id,
            "reaction": emoji.strip(":"),
            "item": {"type": "message", "channel": message.channel.id, "ts": message.ts},
            "item_user": message.author.id,
            "event_ts": self._world.ids.ts(),
        }
        return await self._tell(message.channel, event, "reactions:read")

    async def _tell(self, channel: "Channel", event: Json, scope: str) -> SlackEventDelivery:
        if not channel.has_bot:
            unheard = SlackEventDelivery("events_api", {"event": event})
            unheard.failed = "not_in_channel"
            return unheard
        source = self.workspace if channel.shared_with else None
        return await self._world.deliveries.tell(channel.workspace, event, needs=scope, source=source).tried()

    async def _send(
        self, kind: str, payload: Json, on_ack: Any = None, *, installed: "Workspace | None" = None
    ) -> SlackEventDelivery:
        if not (installed or self.workspace).is_installed:
            raise NotSeen(f"the app is not installed in {(installed or self.workspace).name}")
        return await self._world.deliveries.send(SlackEventDelivery(kind, payload, on_ack=on_ack)).tried()

    def _show(self, channel: "Channel", post: Json) -> None:
        self._world.response_urls.answer(self, channel, post)

    def _after(self, view: SlackView, answer: Json) -> None:
        """Do to the modal what the bot answered; what breaks the rules leaves it open with an error, as the client does."""
        views = self._world.views
        try:
            match answer.get("response_action"):
                case "errors":
                    view.errors = dict(answer["errors"])
                case "update":
                    views.update(view, answer["view"])
                case "push":
                    views.push(self, view.workspace, answer["view"])
                case "clear":
                    views.clear(self)
                case _:
                    views.close(view)
        except (ApiError, KeyError) as error:
            view.errors = {"": f"We had some trouble connecting: {error}"}
        self._world.changes.notify()

    def _offers(self, callback_id: str) -> None:
        shortcuts = self._world.app.shortcuts
        if shortcuts is not None and callback_id not in shortcuts:
            raise NotSeen(f"no shortcut {callback_id!r}, only {shortcuts}")

    def _enter(self, channel: "Channel", needs: str = "") -> None:
        if channel.is_deleted or not channel.is_open_to(self.workspace):
            raise NotSeen(f"{self.name} does not see #{channel.name}")
        if channel.is_archived:
            raise NotSeen(f"#{channel.name} is archived")
        if needs and needs not in self.workspace.granted:
            raise NotSeen(f"the app is not installed in {self.workspace.name} with the scope {needs}")
        channel.add(self)

    def _look_at(self, where: "Message | SlackView") -> None:
        if isinstance(where, SlackView):
            if not where.is_open or where.member is not self:
                raise NotSeen(f"{self.name} does not see that view")
            return
        if where.is_deleted or where.channel.is_deleted or where.whispered_to not in (None, self):
            raise NotSeen(f"{self.name} does not see message {where.ts}")
        where.channel.add(self)
