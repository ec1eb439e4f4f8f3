"""What the platform accepts as an application command."""

import re

from tests.fakes.discord.errors import BodyErrors
from tests.fakes.discord.wire import Json

MOST_CHARACTERS = 8000
_MOST_OPTIONS = 25
_LONGEST_STRING = 6000
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(1, 12)
_CHOOSABLE = (STRING, INTEGER, NUMBER)
_LOCALE = re.compile(
    "id|da|de|en-GB|en-US|es-ES|es-419|fr|hr|it|lt|hu|nl|no|pl|pt-BR|ro|fi|sv-SE|vi|tr|cs|el|bg|ru|uk|hi|th|zh-CN|ja|zh-TW|ko"
)
_NAME = re.compile(r"[-_'\w\u0900-\u097f\u0e00-\u0e7f]+")
"""Letters and digits of any script, and all of Devanagari and Thai, whose vowels are no letters."""


def check_command(form: BodyErrors, command: Json) -> None:
    """Note in `form` what is wrong with one command."""
    kind = command.get("type") or 1
    if not form.at("type").one_of(kind, (1, 2, 3)):
        return
    if kind == 1:
        _check_chat_input(form, command)
    else:
        form.at("name").between(command.get("name"), 1, 32)
        if command.get("description"):
            text = "Context menu commands cannot have description"
            form.at("description").wrong("APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID", text)
        if command.get("options"):
            text = "Context menu commands cannot have options"
            form.at("options").wrong("APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_INVALID", text)
    for key, allowed in (("contexts", (0, 1, 2)), ("integration_types", (0, 1))):
        for index, value in enumerate(command.get(key) or []):
            form.at(key, index).one_of(value, allowed)


def _check_chat_input(form: BodyErrors, command: Json) -> None:
    _check_name(form, command)
    _check_description(form, command)
    _check_options(form.at("options"), command.get("options") or [], depth=0)
    if characters(command) > MOST_CHARACTERS:
        form.wrong("APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MOST_CHARACTERS})")


def _check_name(form: BodyErrors, command: Json) -> None:
    names: dict[tuple[str, ...], str | None] = {("name",): command.get("name")}
    names |= {("name_localizations", locale): name for locale, name in (command.get("name_localizations") or {}).items()}
    for path, name in names.items():
        inner = form.at(*path)
        inner.between(name, 1, 32)
        if name and (name != name.lower() or not _NAME.fullmatch(name)):
            inner.wrong("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    _check_locales(form.at("name_localizations"), command.get("name_localizations"))


def _check_description(form: BodyErrors, command: Json) -> None:
    form.at("description").between(command.get("description"), 1, 100)
    for locale, text in (command.get("description_localizations") or {}).items():
        form.at("description_localizations", locale).between(text, 1, 100)
    _check_locales(form.at("description_localizations"), command.get("description_localizations"))


def _check_locales(form: BodyErrors, localizations: Json | None) -> None:
    for locale in localizations or {}:
        if not _LOCALE.fullmatch(locale):
            form.at(locale).wrong("DICT_TYPE_INVALID_KEY", f"Locale {locale} is not supported")


def _check_options(form: BodyErrors, options: list[Json], *, depth: int) -> None:
    form.longest(options, _MOST_OPTIONS)
    names: set[str] = set()
    optional_seen = False
    for index, option in enumerate(options):
        inner = form.at(index)
        if option.get("name") in names:
            inner.wrong("APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option name must be unique")
        names.add(option.get("name", ""))
        if option.get("required") and optional_seen:
            text = "Required options must be placed before non-required options"
            inner.wrong("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text)
        optional_seen = optional_seen or not option.get("required")
        _check_option(inner, option, depth=depth)


def _check_option(form: BodyErrors, option: Json, *, depth: int) -> None:
    _check_name(form, option)
    _check_description(form, option)
    kind = option.get("type")
    allowed = tuple(range(SUBCOMMAND, ATTACHMENT + 1))
    if not form.at("type").one_of(kind, allowed):
        return
    if kind in {SUBCOMMAND, GROUP}:
        if depth > (1 if kind == SUBCOMMAND else 0):
            form.at("type").wrong("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands cannot be nested this deep")
        _check_options(form.at("options"), option.get("options") or [], depth=depth + 1)
        return
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        text = "Options cannot have both choices and autocomplete"
        form.wrong("APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES", text)
    if (choices or option.get("autocomplete")) and kind not in _CHOOSABLE:
        form.wrong("APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "Options of this type cannot have choices or autocomplete")
    check_choices(form.at("choices"), choices, is_text=kind == STRING)
    _check_bounds(form, option)


def check_choices(form: BodyErrors, choices: list[Json], *, is_text: bool) -> None:
    """Note what is wrong with choices: of an option, or of an autocompletion."""
    form.longest(choices, _MOST_OPTIONS)
    for index, choice in enumerate(choices):
        inner = form.at(index)
        inner.at("name").between(choice.get("name"), 1, 100)
        value = choice.get("value")
        if is_text:
            inner.at("value").between(value if isinstance(value, str) else None, 1, 100)
        elif not isinstance(value, int | float):
            inner.at("value").wrong("NUMBER_TYPE_COERCE", f"Value {value!r} is not a number.")


def _check_bounds(form: BodyErrors, option: Json) -> None:
    for key, least in (("min_length", 0), ("max_length", 1)):
        value = option.get(key)
        if value is not None and not least <= value <= _LONGEST_STRING:
            form.at(key).wrong("NUMBER_TYPE_MAX", f"int value should be between {least} and {_LONGEST_STRING}.")
    for low, high in (("min_value", "max_value"), ("min_length", "max_length")):
        if option.get(low) is not None and option.get(high) is not None and option[low] > option[high]:
            form.at(low).wrong("APPLICATION_COMMAND_OPTIONS_MIN_GREATER_THAN_MAX", f"{low} is greater than {high}")


def characters(command: Json) -> int:
    """Count the names, descriptions and values of a command; of localised ones only the longest."""
    total = 0
    for key in ("name", "description"):
        texts = [command.get(key) or "", *(command.get(f"{key}_localizations") or {}).values()]
        total += max(len(text) for text in texts)
    total += sum(characters(option) for option in command.get("options") or [])
    for choice in command.get("choices") or []:
        total += len(choice.get("name") or "") + len(str(choice.get("value")))
    return total
