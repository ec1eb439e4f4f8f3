"""Forms as the page draws them: the fields of a command's options, and what travels along unseen."""

from typing import Any

from bot.commands.spec import AnyCommand, Option, part_id
from bot.domain.chat import Form, FormPart
from bot.domain.options import Choice, Number, Text

_LONG = 200
"""Characters from which on a text is a field of several lines."""

FormView = dict[str, Any]


def describe_form(command: AnyCommand, form: Form) -> FormView:
    """Return a form for the page; what is filled in comes back as the command's options (`CallRequest.options`)."""
    shown = sorted((option for option in command.options if form.shows(option.name)), key=lambda one: not one.is_required)
    asked = {option.name for option in shown if option.name not in form.parts}
    return {
        "command": command.name,
        "title": form.title or command.summary,
        "hidden": {name: value for name, value in form.values.items() if name not in asked},
        "fields": [field for option in shown for field in _fields(option, form)],
    }


def _fields(option: Option, form: Form) -> list[FormView]:
    parts = form.parts.get(option.name)
    return [_option_field(option, form)] if parts is None else [_part_field(option, part) for part in parts]


def _part_field(option: Option, part: FormPart) -> FormView:
    return {
        "name": part_id(option.name, part.name),
        "label": part.label,
        "hint": "",
        "value": "",
        "usual": part.usual,
        "longest": part.longest,
        "is_required": part.is_required,
        "is_long": False,
        "choices": [],
    }


def _option_field(option: Option, form: Form) -> FormView:
    kind = option.kind
    longest = kind.longest if isinstance(kind, Text) else _LONG
    suggested = [one.value for one in form.suggestions.get(option.name, ())]
    return {
        "name": option.name,
        "label": option.name.replace("_", " ").capitalize(),
        "hint": option.summary,
        "value": form.values.get(option.name) or ("" if option.default is None else str(option.default)),
        "usual": kind.values[0] if isinstance(kind, Number) else "",
        "longest": longest,
        "is_required": option.is_required,
        "is_long": longest > _LONG,
        "choices": suggested or (list(kind.values) if isinstance(kind, Choice) else []),
    }
