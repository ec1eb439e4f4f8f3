"""`users.*`, `usergroups.*`, `bots.*`, `conversations.*`: who and what there is."""

from tests.fakes.slack.api import Method
from tests.fakes.slack.asking import Ask
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.wire import Json
from tests.fakes.slack.workspaces import Group

_READ_CHANNELS = ("channels:read", "groups:read", "im:read")


class PeopleMethods:
    """The methods, by their names."""

    def methods(self) -> dict[str, Method]:
        """Return what there is."""
        return {
            "users.info": Method(user, ("users:read",), takes_json=False),
            "bots.info": Method(bot, ("users:read",), takes_json=False),
            "usergroups.list": Method(groups, ("usergroups:read",), takes_json=False),
            "usergroups.users.list": Method(group, ("usergroups:read",), takes_json=False),
            "conversations.open": Method(open_dm, ("im:write",)),
            "conversations.info": Method(channel, _READ_CHANNELS, takes_json=False),
            "conversations.join": Method(join, ("channels:join",)),
        }


def user(ask: Ask) -> Json:
    """`users.info`; the bot has an account too."""
    bots = [one.bot_user for one in ask.workspaces]
    found = next((one for one in bots if one.id == ask.need("user")), None) or ask.member()
    return {"user": found.json(has_locale=ask.flag("include_locale"))}


def bot(ask: Ask) -> Json:
    """`bots.info`."""
    found = next((one for one in ask.workspaces if one.bot_id == ask.word("bot", one.bot_id)), None)
    if found is None:
        raise ApiError("bot_not_found")
    app = ask.world.app
    return {"bot": {"id": found.bot_id, "deleted": False, "name": app.name, "app_id": app.id, "user_id": found.bot_user.id}}


def groups(ask: Ask) -> Json:
    """`usergroups.list`."""
    shown = [one for one in ask.workspace.groups.values() if ask.flag("include_disabled") or not one.is_disabled]
    return {"usergroups": [_group_json(ask, one) for one in shown]}


def group(ask: Ask) -> Json:
    """`usergroups.users.list`."""
    found = [one.groups[ask.need("usergroup")] for one in ask.workspaces if ask.need("usergroup") in one.groups]
    if not found:
        raise ApiError("no_such_subteam")
    return {"users": [one.id for one in found[0].members]}


def open_dm(ask: Ask) -> Json:
    """`conversations.open`: with one person, or again with a known conversation."""
    if ask.word("channel"):
        found = ask.channel()
    elif "," in ask.word("users"):
        raise ApiError("method_not_supported_for_channel_type")
    else:
        member = ask.member("users")
        if member.is_deleted:
            raise ApiError("user_disabled")
        found = (member.workspace if member.workspace in ask.workspaces else ask.workspace).dm(member)
    return {"channel": found.json() if ask.flag("return_im") else {"id": found.id}}


def channel(ask: Ask) -> Json:
    """`conversations.info`."""
    return {"channel": ask.channel().json()}


def join(ask: Ask) -> Json:
    """`conversations.join`: public channels only."""
    found = ask.channel()
    if found.is_private:
        raise ApiError("method_not_supported_for_channel_type")
    if found.is_archived:
        raise ApiError("is_archived")
    found.invite_bot()
    return {"channel": found.json()}


def _group_json(ask: Ask, group: Group) -> Json:
    body: Json = {
        "id": group.id,
        "team_id": ask.workspace.id,
        "is_usergroup": True,
        "name": group.handle.title(),
        "handle": group.handle,
        "date_delete": int(group.is_disabled),
        "user_count": len(group.members),
    }
    return body | ({"users": [one.id for one in group.members]} if ask.flag("include_users") else {})
