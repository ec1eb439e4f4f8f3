"""Modals, one above the other, and Home tabs."""

import secrets
from typing import TYPE_CHECKING

from tests.fakes.slack import blocks_view
from tests.fakes.slack.block_rules import filled
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.view_rules import checked_view
from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.slack.blocks_view import Input
    from tests.fakes.slack.members import Member
    from tests.fakes.slack.workspaces import Workspace
    from tests.fakes.slack.world import World

_MOST_VIEWS = 3


class SlackView:
    """A modal or a Home tab that somebody sees. Reading it gives its newest state."""

    def __init__(
        self,
        view_id: str,
        member: "Member",
        raw: Json,
        random_below: "SlackView | None" = None,
        *,
        workspace: "Workspace | None" = None,
    ) -> None:
        self.id = view_id
        self.member = member
        self.workspace = workspace or member.workspace
        """That of the app which opened it: another than the person's in a channel that two share."""
        self.random_below = random_below
        self.is_open = True
        self.errors: dict[str, str] = {}
        """What the bot found wrong with what was entered, by block id."""
        self.versions: list[Json] = []
        self.hash = ""
        self.show(raw)

    @property
    def raw(self) -> Json:
        """The newest state as the bot sent it, with ids filled in."""
        return self.versions[-1]

    @property
    def kind(self) -> str:
        """`modal` or `home`."""
        return str(self.raw["type"])

    @property
    def title(self) -> str:
        """What stands at its top; a Home tab has none."""
        return str((self.raw.get("title") or {}).get("text", ""))

    @property
    def blocks(self) -> tuple[Json, ...]:
        """Its blocks."""
        return tuple(self.raw["blocks"])

    @property
    def callback_id(self) -> str:
        """What the bot calls it."""
        return str(self.raw.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        """What the bot keeps in it."""
        return str(self.raw.get("private_metadata", ""))

    @property
    def inputs(self) -> "tuple[Input, ...]":
        """What can be filled in."""
        return blocks_view.inputs(self.blocks)

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons among its blocks."""
        return [one.label for one in blocks_view.buttons(self.blocks)]

    @property
    def images(self) -> tuple[Json, ...]:
        """Its image blocks, raw."""
        return blocks_view.images(self.blocks)

    @property
    def shown(self) -> str:
        """All words in it."""
        words = blocks_view.shown_words(self.blocks, self.member.workspace.name_of)
        return "\n".join(part for part in (self.title, words, *self.buttons) if part)

    def __contains__(self, text: str) -> bool:
        return text in self.shown

    def show(self, raw: Json) -> None:
        """Show something else from now on."""
        self.versions.append({**raw, "blocks": filled(raw["blocks"])})
        self.hash = f"{len(self.versions)}.{secrets.token_hex(4)}"
        self.errors = {}

    def json(self, state: "Mapping[str, Json] | None" = None) -> Json:
        """Return it as the API and the payloads do; `state` is what was entered."""
        raw, workspace = self.raw, self.workspace
        root = self
        while root.random_below is not None:
            root = root.random_below
        return {
            "id": self.id,
            "team_id": self.member.workspace.id,
            "type": self.kind,
            "blocks": list(self.blocks),
            "private_metadata": self.private_metadata,
            "callback_id": self.callback_id,
            "external_id": raw.get("external_id", ""),
            "state": {"values": dict(state or {})},
            "hash": self.hash,
            "title": raw.get("title"),
            "close": raw.get("close"),
            "submit": raw.get("submit"),
            "clear_on_close": bool(raw.get("clear_on_close")),
            "notify_on_close": bool(raw.get("notify_on_close")),
            "previous_view_id": self.random_below.id if self.random_below else None,
            "root_view_id": root.id,
            "app_id": workspace.world.app.id,
            "app_installed_team_id": workspace.enterprise or workspace.id,
            "bot_id": workspace.bot_id,
        }


class Views:
    """Who sees which views."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._stacks: dict[str, list[SlackView]] = {}
        self._all: dict[str, SlackView] = {}
        self.homes: dict[str, SlackView] = {}

    def on_top(self, member: "Member") -> SlackView | None:
        """Return the modal that somebody looks at."""
        stack = self._stacks.get(member.id)
        return stack[-1] if stack else None

    def open(self, member: "Member", workspace: "Workspace", raw: Json) -> SlackView:
        """Open a modal; one that is open already goes away."""
        self.clear(member)
        return self._put(member, workspace, self.checked(raw, "modal"))

    def push(self, member: "Member", workspace: "Workspace", raw: Json) -> SlackView:
        """Open a modal above the one that is open.

        Raises:
            ApiError: Three are open already, or it breaks the rules.
        """
        stack = self._stacks.get(member.id, [])
        if len(stack) >= _MOST_VIEWS:
            raise ApiError("push_limit_reached")
        return self._put(member, workspace, self.checked(raw, "modal"), random_below=stack[-1] if stack else None)

    def publish(self, member: "Member", raw: Json, known_hash: str) -> SlackView:
        """Show somebody's Home tab.

        Raises:
            ApiError: Somebody published it since, or it breaks the rules.
        """
        checked, home = self.checked(raw, "home"), self.homes.get(member.id)
        if home is None:
            home = self.homes[member.id] = SlackView(self._world.ids.new("V"), member, checked)
            self._all[home.id] = home
        else:
            self._compare(home, known_hash)
            home.show(checked)
        self._world.changes.notify()
        return home

    def update(self, view: SlackView, raw: Json, known_hash: str = "") -> SlackView:
        """Show something else in a view.

        Raises:
            ApiError: It has changed since, or the new one breaks the rules.
        """
        checked = self.checked(raw, view.kind)
        self._compare(view, known_hash)
        view.show(checked)
        self._world.changes.notify()
        return view

    def find(self, view_id: str, external_id: str) -> SlackView:
        """Return a view that somebody sees.

        Raises:
            ApiError: There is none.
        """
        for view in self._all.values():
            if view.is_open and (view.id == view_id or (external_id and view.raw.get("external_id") == external_id)):
                return view
        raise ApiError("not_found")

    def close(self, view: SlackView) -> None:
        """Close a modal; the one below comes back."""
        view.is_open = False
        stack = self._stacks.get(view.member.id, [])
        if view in stack:
            stack.remove(view)
        self._world.changes.notify()

    def clear(self, member: "Member") -> None:
        """Close all modals of somebody."""
        for view in list(self._stacks.get(member.id, [])):
            self.close(view)

    def _put(self, member: "Member", workspace: "Workspace", raw: Json, random_below: SlackView | None = None) -> SlackView:
        external = raw.get("external_id")
        if external and any(one.is_open and one.raw.get("external_id") == external for one in self._all.values()):
            raise ApiError("duplicate_external_id")
        view = SlackView(self._world.ids.new("V"), member, raw, random_below, workspace=workspace)
        self._all[view.id] = view
        self._stacks.setdefault(member.id, []).append(view)
        self._world.changes.notify()
        return view

    def checked(self, raw: Json, kind: str) -> Json:
        """Return a view that keeps the rules of its kind.

        Raises:
            ApiError: It does not.
        """
        return checked_view(raw, kind, is_good_file=self._world_has)

    def _world_has(self, wanted: Json) -> bool:
        file, must_be_shared = self._world.files.get(str(wanted.get("id"))), self._world.limits.files_must_be_shared
        return file is not None and file.is_visible and not file.is_deleted and (bool(file.channels) or not must_be_shared)

    @staticmethod
    def _compare(view: SlackView, known_hash: str) -> None:
        if known_hash and known_hash != view.hash:
            raise ApiError("hash_conflict")
