"""Forms as the page draws them: the fields of a command's options, and what travels along unseen."""

from typing import Any

from bot.commands.spec import AnyCommand, Option, part_id
from bot.commands.translations import TranslatedTexts
from bot.domain.chat import Form, FormPart
from bot.domain.options import Choice, Number, Text

_LONG = 200
"""Characters from which on a text is a field of several lines."""

FormView = dict[str, Any]


def describe_form(command: AnyCommand, form: Form, texts: TranslatedTexts) -> FormView:
    """Return a form for the page; what is filled in comes back as the command's options (`CallRequest.options`).

    `texts` are what the command and its options are called in the language of whoever reads it, as far as they are known.
    """
    shown = sorted((option for option in command.options if form.shows(option.name)), key=lambda one: not one.is_required)
    asked = {option.name for option in shown if option.name not in form.parts}
    return {
        "command": command.name,
        "title": form.title or texts.get(("commands", command.name, "summary"), command.summary),
        "hidden": {name: value for name, value in form.values.items() if name not in asked},
        "fields": [field for option in shown for field in _fields(command, option, form, texts)],
    }


def _fields(command: AnyCommand, option: Option, form: Form, texts: TranslatedTexts) -> list[FormView]:
    parts = form.parts.get(option.name)
    return (
        [_translate(_option_field(option, form), command, texts)]
        if parts is None
        else [_part_field(option, part) for part in parts]
    )


def _translate(field: FormView, command: AnyCommand, texts: TranslatedTexts) -> FormView:
    key = ("commands", command.name, "options", field["name"])
    name, summary = texts.get((*key, "name")), texts.get((*key, "summary"))
    found = {"label": name and _as_label(name), "hint": summary}
    return field | {part: words for part, words in found.items() if words}


def _as_label(name: str) -> str:
    return name.replace("_", " ").capitalize()


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
        "label": _as_label(option.name),
        "hint": option.summary,
        "value": form.values.get(option.name) or ("" if option.default is None else str(option.default)),
        "usual": kind.values[0] if isinstance(kind, Number) else "",
        "longest": longest,
        "is_required": option.is_required,
        "is_long": longest > _LONG,
        "choices": suggested or (list(kind.values) if isinstance(kind, Choice) else []),
    }
