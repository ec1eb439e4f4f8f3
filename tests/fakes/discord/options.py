"""From what somebody types to the data of a command interaction, as their client would build it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.fakes.changes import NotSeen
from tests.fakes.discord.channels import Channel
from tests.fakes.discord.command_rules import (
    ATTACHMENT,
    BOOLEAN,
    CHANNEL,
    GROUP,
    INTEGER,
    MENTIONABLE,
    NUMBER,
    ROLE,
    STRING,
    SUBCOMMAND,
    USER,
)
from tests.fakes.discord.files import File, Upload
from tests.fakes.discord.guilds import Role
from tests.fakes.discord.users import User
from tests.fakes.discord.wire import Json

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

_NUMBERS = (INTEGER, NUMBER)
_THINGS: dict[int, tuple[type, ...]] = {
    USER: (User,),
    CHANNEL: (Channel,),
    ROLE: (Role,),
    MENTIONABLE: (User, Role),
    ATTACHMENT: (Upload,),
}


class Typing:
    """Builds the data of one command for one person in one channel."""

    def __init__(self, world: "World", user: User, channel: Channel) -> None:
        self._world = world
        self._user = user
        self._channel = channel
        self.resolved: Json = {}

    def data(self, command: Json, path: list[str], values: Mapping[str, object], *, is_strict: bool = True) -> Json:
        """Return the data; not `is_strict` lets through what a real client would not send.

        Raises:
            NotSeen: The command has no such option, or does not take that value.
        """
        leaf = _leaf(command, path)
        options = self._options(leaf, values, is_strict=is_strict)
        data: Json = {"id": command["id"], "name": command["name"], "type": 1, "options": _nested(command, path, options)}
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        return {**data, "resolved": self.resolved} if self.resolved else data

    def _options(self, leaf: Json, values: Mapping[str, object], *, is_strict: bool) -> list[Json]:
        offered = {option["name"]: option for option in leaf.get("options") or []}
        given = {_name_in(offered, name): value for name, value in values.items()}
        if is_strict:
            missing = [name for name, option in offered.items() if option.get("required") and name not in given]
            unknown = [name for name in given if name not in offered]
            if missing or unknown:
                raise NotSeen(f"/{leaf['name']} takes {list(offered)}: missing {missing}, unknown {unknown}")
        made = []
        for name, value in given.items():
            option = offered.get(name, {"name": name, "type": _guessed(value)})
            plain = self._checked(option, value) if is_strict else value
            made.append({"name": name, "type": option["type"], "value": self._sent(option["type"], plain)})
        return made

    def _checked(self, option: Json, value: object) -> object:
        name, kind = option["name"], option["type"]
        if option.get("choices"):
            chosen = [one["value"] for one in option["choices"] if value in (one["value"], one["name"])]
            if not chosen:
                raise NotSeen(f"{name!r} offers {[one['value'] for one in option['choices']]}, not {value!r}")
            return chosen[0]
        if kind == STRING:
            text, most = str(value), option.get("max_length") or 6000
            if not (option.get("min_length") or 0) <= len(text) <= most:
                raise NotSeen(f"{name!r} takes at most {most} characters, not {len(text)}")
            return text
        if kind in _NUMBERS:
            return _in_range(option, value)
        if kind in _THINGS and not isinstance(value, _THINGS[kind]):
            raise NotSeen(f"{name!r} takes {_THINGS[kind]}, not {value!r}")
        return value

    def _sent(self, kind: int, value: object) -> object:
        if isinstance(value, User):
            self.resolve_user(value)
        elif isinstance(value, Role):
            self.resolved.setdefault("roles", {})[str(value.id)] = value.json()
        elif isinstance(value, Channel):
            self.resolved.setdefault("channels", {})[str(value.id)] = value.partial_json(self._user)
        elif isinstance(value, Upload):
            return self.resolve_upload(value)
        if isinstance(value, User | Role | Channel):
            return str(value.id)
        return str(value) if kind in _THINGS else value

    def resolve_user(self, user: User) -> None:
        """Add a user, and the membership, to what comes along."""
        self.resolved.setdefault("users", {})[str(user.id)] = user.json()
        guild = self._channel.guild
        if guild is not None:
            member = guild.member(user).json(guild)
            partial = {key: value for key, value in member.items() if key not in {"user", "deaf", "mute"}}
            permissions = str(int(guild.permissions(user, self._channel)))
            self.resolved.setdefault("members", {})[str(user.id)] = {**partial, "permissions": permissions}

    def resolve_upload(self, upload: Upload) -> str:
        """Keep a file that somebody gives to the bot, and give its id."""
        file = File(self._world.ids.new(), self._channel.id, upload.filename, upload.content, is_ephemeral=True)
        self._world.files[file.path] = file
        until = self._world.clock.now() + self._world.limits.link_lives
        self.resolved.setdefault("attachments", {})[str(file.id)] = file.json(self._world.base_url, until)
        return str(file.id)


def _name_in(offered: Mapping[str, Json], name: str) -> str:
    return name if name in offered else name.replace("_", "-") if name.replace("_", "-") in offered else name


def _guessed(value: object) -> int:
    return {bool: BOOLEAN, int: INTEGER, float: NUMBER}.get(type(value), STRING)


def _in_range(option: Json, value: object) -> int | float:
    kind = int if option["type"] == INTEGER else float
    try:
        number = kind(str(value))
    except ValueError:
        raise NotSeen(f"{option['name']!r} takes a number, not {value!r}") from None
    low, high = option.get("min_value", number), option.get("max_value", number)
    if not low <= number <= high:
        raise NotSeen(f"{option['name']!r} takes {low} to {high}, not {number}")
    return number


def _leaf(command: Json, path: list[str]) -> Json:
    node = command
    for name in path:
        inner = [one for one in node.get("options") or [] if one["name"] == name and one["type"] in {SUBCOMMAND, GROUP}]
        if not inner:
            raise NotSeen(f"/{command['name']} has no {' '.join(path)!r}")
        node = inner[0]
    return node


def _nested(command: Json, path: list[str], options: list[Json]) -> list[Json]:
    for depth in range(len(path), 0, -1):
        kind = _leaf(command, path[:depth])["type"]
        options = [{"name": path[depth - 1], "type": kind, "options": options}]
    return options
