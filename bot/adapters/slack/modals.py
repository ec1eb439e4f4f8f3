"""Forms: drawn from a command's declaration, and read back as what could have been typed."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.adapters.slack import payloads
from bot.adapters.slack.form_context import LONGEST_VALUE, FormContext
from bot.adapters.slack.payloads import PayloadOrigin
from bot.adapters.slack.picture_files import takes_files
from bot.adapters.slack.rendering import Json, plain_text
from bot.commands.spec import AnyCommand, Option, part_id
from bot.domain.chat import Form, FormPart
from bot.domain.options import Choice, JobRef, Number, OptionKind, PersonRef, PictureFile, Suggestion, Text
from bot.errors import BadInput

CALLBACK_PREFIX = "form:"
"""What the callback ids of our forms begin with; the command's name follows."""

CHANNEL_BLOCK = "where"
"""The block that asks for a channel, where there is none to go by."""

_LONGEST_TITLE, _LONGEST_LABEL, _LONGEST_HINT, _LONGEST_PLACEHOLDER = 24, 75, 2000, 150
_MOST_CHOICES = 100
_ACTION_ID = "parse_values"
_MENTION = re.compile(r"<@([A-Z0-9]+)>")
_HIDDEN_KINDS = (JobRef,)
"""Kinds that nobody fills in: what they hold travels with the form, if they were given."""

_MOST_FILES = 10


def render_modal(command: AnyCommand, form: Form, context: FormContext, *, asks_where: bool = False) -> Json:
    """Return a command's options as a modal. `asks_where` adds the channel to answer in."""
    shown = [option for option in command.available_options if not _is_hidden(option, form)]
    unseen = {option.name for option in command.options if _is_hidden(option, form) or option.name in form.parts}
    hidden = {name: value for name, value in form.values.items() if name in unseen}
    first = next((option for option in shown if isinstance(option.kind, Text)), None)
    own_context = replace(context, hidden=hidden)
    blocks = [block for option in shown for block in _input_blocks(option, form, is_long=option is first)]
    return {
        "type": "modal",
        "callback_id": f"{CALLBACK_PREFIX}{command.name}",
        "title": plain_text(form.title or _title(command.name), _LONGEST_TITLE),
        "submit": plain_text("Go", _LONGEST_TITLE),
        "close": plain_text("Never mind", _LONGEST_TITLE),
        "private_metadata": own_context.to_metadata(),
        "blocks": [_summary_block(command), *([_channel_block()] if asks_where else []), *blocks],
    }


def _is_hidden(option: Option, form: Form) -> bool:
    is_there = isinstance(option.kind, PictureFile) and option.name in form.values  # nobody can change what stands for files
    return isinstance(option.kind, _HIDDEN_KINDS) or is_there or not form.shows(option.name)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _summary_block(command: AnyCommand) -> Json:
    return {"type": "context", "elements": [plain_text(command.summary, _LONGEST_HINT)]}


def _channel_block() -> Json:
    return {
        "type": "input",
        "block_id": CHANNEL_BLOCK,
        "label": plain_text("Where to show it", _LONGEST_LABEL),
        "element": {
            "type": "conversations_select",
            "action_id": _ACTION_ID,
            "default_to_current_conversation": True,
            "response_url_enabled": True,
        },
    }


def _input_blocks(option: Option, form: Form, *, is_long: bool) -> list[Json]:
    """Return an option's fields: one, or one for each of its parts."""
    parts = form.parts.get(option.name)
    return [_input_block(option, form, is_long=is_long)] if parts is None else [_part_block(option, part) for part in parts]


def _part_block(option: Option, part: FormPart) -> Json:
    usual = {"placeholder": plain_text(f"usually {part.usual}", _LONGEST_PLACEHOLDER)} if part.usual else {}
    return {
        "type": "input",
        "block_id": part_id(option.name, part.name),
        "optional": not part.is_required,
        "label": plain_text(part.label, _LONGEST_LABEL),
        "element": {"action_id": _ACTION_ID, "type": "plain_text_input", "max_length": part.longest, **usual},
    }


def _input_block(option: Option, form: Form, *, is_long: bool) -> Json:
    value, suggestions = form.values.get(option.name) or _default_value(option), form.suggestions.get(option.name, ())
    element = _select(suggestions, value) if suggestions else _element(option, value, is_long=is_long)
    return {
        "type": "input",
        "block_id": option.name,
        "optional": not option.is_required,
        "label": plain_text(_title(option.name), _LONGEST_LABEL),
        "hint": plain_text(_hint_text(option), _LONGEST_HINT),
        "element": {"action_id": _ACTION_ID, **element},
    }


def _default_value(option: Option) -> str | None:
    return None if option.default is None else str(option.default)


def _hint_text(option: Option) -> str:
    kind = option.kind
    bounds = f", {kind.values[0]}" if isinstance(kind, Number) else ""
    return f"{option.summary}{bounds}"


def _element(option: Option, value: str | None, *, is_long: bool) -> Json:
    kind = option.kind
    match kind:
        case Choice() if len(kind.values) <= _MOST_CHOICES:
            return _select(tuple(Suggestion(one, one.capitalize()) for one in kind.values), value)
        case Number(least=least, most=most):
            bounds = {"min_value": str(least), "max_value": str(most)}
            return {"type": "number_input", "is_decimal_allowed": False, **bounds, **_initial(value)}
        case PersonRef():
            user = _MENTION.fullmatch(value or "")
            return {"type": "users_select", **({"initial_user": user[1]} if user else {})}
        case _ if takes_files(option):
            return _file_input(kind)
        case Text(longest=longest):
            lengths = {"max_length": min(longest, LONGEST_VALUE)}
            return {"type": "plain_text_input", "multiline": is_long, **lengths, **_initial(value)}
        case _:
            return {"type": "plain_text_input", **_initial(value)}


def _file_input(kind: OptionKind) -> Json:
    if isinstance(kind, PictureFile):
        return {"type": "file_input", "max_files": min(kind.most, _MOST_FILES)}
    return {"type": "file_input", "max_files": 1, "filetypes": ["csv", "txt", "text"]}


def _initial(value: str | None) -> Json:
    return {"initial_value": value[:LONGEST_VALUE]} if value else {}


def _select(suggestions: tuple[Suggestion, ...], value: str | None) -> Json:
    options = {
        one.value: {"text": plain_text(one.label, _LONGEST_LABEL), "value": one.value} for one in suggestions[:_MOST_CHOICES]
    }
    chosen = {"initial_option": options[value]} if value in options else {}
    return {"type": "static_select", "options": list(options.values()), **chosen}


def parse_values(view: Mapping[str, Any]) -> dict[str, object]:
    """Return what was filled in and what the form carried along, files by Slack's names; empty fields are missing."""
    context = FormContext.parse(str(view.get("private_metadata") or ""))
    state: Json = (view.get("state") or {}).get("values") or {}
    found = {name: _value(block.get(_ACTION_ID) or {}) for name, block in state.items() if name != CHANNEL_BLOCK}
    return {**context.hidden, **{name: value for name, value in found.items() if value}}


def channel_of(view: Mapping[str, Any]) -> str:
    """Return the channel that was chosen, or that the form was opened in."""
    state: Json = (view.get("state") or {}).get("values") or {}
    chosen = (state.get(CHANNEL_BLOCK) or {}).get(_ACTION_ID) or {}
    return str(chosen.get("selected_conversation") or FormContext.parse(str(view.get("private_metadata") or "")).channel)


def _value(element: Json) -> str | list[object] | None:
    if (option := element.get("selected_option")) is not None:
        return str(option["value"])
    if user := element.get("selected_user"):
        return f"<@{user}>"
    if isinstance(files := element.get("files"), list):
        return files
    value = element.get("value")
    return None if value is None else str(value)


def validation_errors(command: AnyCommand, raw: Mapping[str, object]) -> dict[str, str]:
    """Return, for each field of the form that cannot be taken, why not; files are not looked at."""
    found = {}
    for option in command.options:
        typed = raw.get(option.name)
        if typed is None:
            if option.is_required:
                found[option.name] = "Please fill this in."
            continue
        if takes_files(option):
            continue
        try:
            option.kind.parse(option.name, typed)
        except BadInput as error:
            found[option.name] = error.user_text
    return {name: text for name, text in found.items() if not isinstance(_kind(command, name), _HIDDEN_KINDS)}


def _kind(command: AnyCommand, name: str) -> OptionKind:
    return next(option.kind for option in command.options if option.name == name)


def origin_of_submission(body: Mapping[str, Any]) -> PayloadOrigin:
    """Return where a filled-in form comes from: what opened it, and a channel that was chosen in it."""
    view: Json = body.get("view") or {}
    context, payload_origin = FormContext.parse(str(view.get("private_metadata") or "")), payloads.origin_of_interaction(body)
    channel = channel_of(view)
    urls = [str(one["response_url"]) for one in body.get("response_urls") or () if one.get("channel_id") == channel]
    is_there = channel == context.channel
    return replace(
        payload_origin,
        channel=channel,
        thread=context.thread if is_there else "",
        message=context.message if is_there else "",
        response_url=next(iter(urls), context.response_url if is_there else ""),
    )
