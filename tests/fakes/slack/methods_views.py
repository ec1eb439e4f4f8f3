"""`views.*`: modals and Home tabs."""

from typing import TYPE_CHECKING

from tests.fakes.slack.api import Method
from tests.fakes.slack.asking import Ask
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from tests.fakes.slack.members import Member
    from tests.fakes.slack.views import SlackView
    from tests.fakes.slack.workspaces import Workspace


class ViewMethods:
    """The methods, by their names."""

    def methods(self) -> dict[str, Method]:
        """Return what there is; none needs a scope."""
        return {
            "views.open": Method(open_view),
            "views.push": Method(push),
            "views.update": Method(update),
            "views.publish": Method(publish),
        }


def open_view(ask: Ask) -> Json:
    """`views.open`: uses a trigger up, unless the view breaks the rules."""
    view = ask.world.views.checked(_raw(ask), "modal")
    return {"view": ask.world.views.open(*_triggered(ask), view).json()}


def push(ask: Ask) -> Json:
    """`views.push`."""
    view = ask.world.views.checked(_raw(ask), "modal")
    return {"view": ask.world.views.push(*_triggered(ask), view).json()}


def update(ask: Ask) -> Json:
    """`views.update`: by id or external id; a stale hash is refused."""
    view: SlackView = ask.world.views.find(ask.word("view_id"), ask.word("external_id"))
    if view.workspace not in ask.workspaces:
        raise ApiError("not_found")
    return {"view": ask.world.views.update(view, _raw(ask), ask.word("hash")).json()}


def publish(ask: Ask) -> Json:
    """`views.publish`: somebody's Home tab."""
    view, member = _raw(ask), ask.member("user_id")
    return {"view": ask.world.views.publish(member, view, ask.word("hash")).json()}


def _triggered(ask: Ask) -> "tuple[Member, Workspace]":
    member, workspace = ask.world.triggers.take(ask.need("trigger_id"))
    if workspace not in ask.workspaces:
        raise ApiError("invalid_trigger_id")
    return member, workspace


def _raw(ask: Ask) -> Json:
    raw = ask.structure("view")
    if not isinstance(raw, dict):
        raise ApiError("invalid_arguments", ["missing required field: view"])
    return raw
