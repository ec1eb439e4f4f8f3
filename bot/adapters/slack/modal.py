"""Forms: drawn from a command's declaration, and read back as what could have been typed."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.adapters.slack import origin
from bot.adapters.slack.errand import LONGEST, Errand
from bot.adapters.slack.origin import Origin
from bot.commands.options import JobRef, Number, OptionKind, PersonRef, Pick, Text
from bot.commands.spec import AnyCommand, Option
from bot.domain.chat import Form
from bot.errors import BadInput

Json = dict[str, Any]

FORM = "form:"
"""What the callback ids of our forms begin with; the command's name follows."""

WHERE = "where"
"""The block that asks for a channel, where there is none to go by."""

_LONGEST_TITLE, _LONGEST_LABEL, _LONGEST_HINT = 24, 75, 2000
_MOST_CHOICES = 100
_ELEMENT = "given"
_MENTION = re.compile(r"<@([A-Z0-9]+)>")
_SECRET_KINDS = (JobRef,)
"""Kinds that nobody fills in: what they hold travels with the form."""


def modal_of(command: AnyCommand, form: Form, errand: Errand, *, asks_where: bool = False) -> Json:
    """Draw a command's options as a modal. `asks_where` adds the channel to answer in."""
    shown = [option for option in command.options if not isinstance(option.kind, _SECRET_KINDS)]
    hidden = {option.name: form.values[option.name] for option in command.options if _is_hidden(option, form)}
    first = next((option for option in shown if isinstance(option.kind, Text)), None)
    kept = replace(errand, hidden=hidden)
    blocks = [_input(option, form.values.get(option.name), is_long=option is first) for option in shown]
    return {
        "type": "modal",
        "callback_id": f"{FORM}{command.name}",
        "title": _plain(_title(command.name), _LONGEST_TITLE),
        "submit": _plain("Go", _LONGEST_TITLE),
        "close": _plain("Never mind", _LONGEST_TITLE),
        "private_metadata": kept.written(),
        "blocks": [_summary(command), *([_channel()] if asks_where else []), *blocks],
    }


def _is_hidden(option: Option, form: Form) -> bool:
    return isinstance(option.kind, _SECRET_KINDS) and option.name in form.values


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _summary(command: AnyCommand) -> Json:
    return {"type": "context", "elements": [_plain(command.summary, _LONGEST_HINT)]}


def _channel() -> Json:
    return {
        "type": "input",
        "block_id": WHERE,
        "label": _plain("Where to show it", _LONGEST_LABEL),
        "element": {
            "type": "conversations_select",
            "action_id": _ELEMENT,
            "default_to_current_conversation": True,
            "response_url_enabled": True,
        },
    }


def _input(option: Option, value: str | None, *, is_long: bool) -> Json:
    return {
        "type": "input",
        "block_id": option.name,
        "optional": not option.is_required,
        "label": _plain(_title(option.name), _LONGEST_LABEL),
        "hint": _plain(_hint(option), _LONGEST_HINT),
        "element": {"action_id": _ELEMENT, **_element(option, value or _usual(option), is_long=is_long)},
    }


def _usual(option: Option) -> str | None:
    return None if option.default is None else str(option.default)


def _hint(option: Option) -> str:
    kind = option.kind
    bounds = f", {kind.values[0]}" if isinstance(kind, Number) else ""
    return f"{option.summary}{bounds}"


def _element(option: Option, value: str | None, *, is_long: bool) -> Json:
    kind = option.kind
    match kind:
        case Pick() if len(kind.values) <= _MOST_CHOICES:
            return _choices(kind, value)
        case Number(least=least, most=most):
            bounds = {"min_value": str(least), "max_value": str(most)}
            return {"type": "number_input", "is_decimal_allowed": False, **bounds, **_initial(value)}
        case PersonRef():
            user = _MENTION.fullmatch(value or "")
            return {"type": "users_select", **({"initial_user": user[1]} if user else {})}
        case Text(longest=longest):
            lengths = {"max_length": min(longest, LONGEST)}
            return {"type": "plain_text_input", "multiline": is_long, **lengths, **_initial(value)}
        case _:
            return {"type": "plain_text_input", **_initial(value)}


def _initial(value: str | None) -> Json:
    return {"initial_value": value[:LONGEST]} if value else {}


def _choices(kind: OptionKind, value: str | None) -> Json:
    options = {one: {"text": _plain(one.capitalize(), _LONGEST_LABEL), "value": one} for one in kind.values}
    chosen = {"initial_option": options[value]} if value in options else {}
    return {"type": "static_select", "options": list(options.values()), **chosen}


def _plain(text: str, longest: int) -> Json:
    return {"type": "plain_text", "text": text if len(text) <= longest else f"{text[: longest - 1]}…"}


def given(view: Mapping[str, Any]) -> dict[str, object]:
    """Read what was filled in, and what the form brought along; what was left empty is not there."""
    errand = Errand.read(str(view.get("private_metadata") or ""))
    state: Json = (view.get("state") or {}).get("values") or {}
    found = {name: _value(block.get(_ELEMENT) or {}) for name, block in state.items() if name != WHERE}
    return {**errand.hidden, **{name: value for name, value in found.items() if value}}


def channel_of(view: Mapping[str, Any]) -> str:
    """Give the channel that was chosen, or that the form was opened in."""
    state: Json = (view.get("state") or {}).get("values") or {}
    chosen = (state.get(WHERE) or {}).get(_ELEMENT) or {}
    return str(chosen.get("selected_conversation") or Errand.read(str(view.get("private_metadata") or "")).channel)


def _value(element: Json) -> str | None:
    if (option := element.get("selected_option")) is not None:
        return str(option["value"])
    if user := element.get("selected_user"):
        return f"<@{user}>"
    value = element.get("value")
    return None if value is None else str(value)


def complaints(command: AnyCommand, raw: Mapping[str, object]) -> dict[str, str]:
    """Say, for each field of the form that cannot be taken, why not."""
    found = {}
    for option in command.options:
        typed = raw.get(option.name)
        if typed is None:
            if option.is_required:
                found[option.name] = "Please fill this in."
            continue
        try:
            option.kind.parse(option.name, typed)
        except BadInput as error:
            found[option.name] = error.user_text
    return {name: text for name, text in found.items() if not isinstance(_kind(command, name), _SECRET_KINDS)}


def _kind(command: AnyCommand, name: str) -> OptionKind:
    return next(option.kind for option in command.options if option.name == name)


def origin_of(body: Mapping[str, Any]) -> Origin:
    """Give where a filled-in form comes from: what opened it, and a channel that was chosen in it."""
    view: Json = body.get("view") or {}
    errand, told = Errand.read(str(view.get("private_metadata") or "")), origin.of_interaction(body)
    channel = channel_of(view)
    urls = [str(one["response_url"]) for one in body.get("response_urls") or () if one.get("channel_id") == channel]
    is_there = channel == errand.channel
    return replace(
        told,
        channel=channel,
        thread=errand.thread if is_there else "",
        message=errand.message if is_there else "",
        response_url=next(iter(urls), errand.response_url if is_there else ""),
    )
