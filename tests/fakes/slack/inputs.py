"""Filling in forms: from what a person enters to the state that the platform sends."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.changes import NotSeen
from tests.fakes.slack.blocks_view import Input
from tests.fakes.slack.files import File
from tests.fakes.slack.views import SlackView
from tests.fakes.slack.wire import Json

_MOST_FILE_BYTES = 10 * 1024 * 1024
_ONE_OPTION = ("static_select", "external_select", "radio_buttons")
_MANY_OPTIONS = ("multi_static_select", "multi_external_select", "checkboxes")
_KEYS = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "rich_text_input": "rich_text_value",
}


def state_of(view: SlackView, values: Mapping[str, Any], *, is_strict: bool = True) -> dict[str, Json]:
    """Return the state of a form. Values go by block id, action id or label; what is not named keeps its initial value.

    Raises:
        NotSeen: The client would not send that: an unknown field, a needed one left empty, a value not offered.
    """
    names = {name for one in view.inputs for name in (one.block_id, one.action_id, one.label)}
    if is_strict and (unknown := set(values) - names):
        raise NotSeen(f"the form has no {sorted(unknown)}, only {[one.label for one in view.inputs]}")
    state: dict[str, Json] = {}
    for one in view.inputs:
        entered = next((values[name] for name in (one.block_id, one.action_id, one.label) if name in values), one.initial)
        if is_strict and not one.is_optional and entered in (None, "", []):
            raise NotSeen(f"{one.label!r} is needed")
        is_file = one.kind == "file_input"
        value = _files(one, entered or (), view) if is_file else _value(one, entered, is_strict=is_strict)
        state.setdefault(one.block_id, {})[one.action_id] = value
    return state


def _files(one: Input, entered: Sequence[File], view: SlackView) -> Json:
    """Return files as a form names them; from now on the app may read them."""
    if len(entered) > one.raw.get("max_files", 10) or any(file.length > _MOST_FILE_BYTES for file in entered):
        raise NotSeen(f"{one.label!r} takes {one.raw.get('max_files', 10)} files of 10 MB each")
    for file in entered:
        file.is_form_entry = True
    return {"type": one.kind, "files": [file.event_json(view.workspace.world.base_url, view.workspace) for file in entered]}


def _value(one: Input, entered: Any, *, is_strict: bool) -> Json:
    if one.kind in _ONE_OPTION:
        return {"type": one.kind, "selected_option": None if entered is None else _option(one, entered, is_strict=is_strict)}
    if one.kind in _MANY_OPTIONS:
        chosen = [_option(one, each, is_strict=is_strict) for each in entered or ()]
        return {"type": one.kind, "selected_options": chosen}
    if one.kind in _KEYS:
        return {"type": one.kind, _KEYS[one.kind]: entered}
    text = None if entered is None or entered == "" else str(entered)
    if is_strict and text is not None:
        _check_length(one, text)
    return {"type": one.kind, "value": text}


def _check_length(one: Input, text: str) -> None:
    least, most = one.raw.get("min_length", 0), one.raw.get("max_length", 3000)
    if not least <= len(text) <= most:
        raise NotSeen(f"{one.label!r} takes {least} to {most} characters")


def _option(one: Input, entered: Any, *, is_strict: bool) -> Json:
    for value, label in one.options:
        if entered in (value, label):
            return {"text": {"type": "plain_text", "text": label, "emoji": True}, "value": value}
    if is_strict and one.kind not in ("external_select", "multi_external_select"):
        raise NotSeen(f"{one.label!r} offers {[label for _, label in one.options]}, not {entered!r}")
    return {"text": {"type": "plain_text", "text": str(entered), "emoji": True}, "value": str(entered)}
