"""Are the catalogues of other languages complete, about things that there are, and within what platforms show?"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from bot.adapters.discord.application_commands import CONTEXT_MENUS, render_commands
from bot.app.commands import declared_commands
from bot.commands.help import ENGLISH
from bot.commands.translations import TextKey, TranslatedTexts, Translations, load_translations
from bot.domain.options import Choice

TRANSLATIONS = load_translations()
LANGUAGES = sorted(TRANSLATIONS.texts_by_language)
TYPED = [command for command in declared_commands() if command.is_typed]
NAME = re.compile(r"[-_\w]{1,32}")


def wanted() -> set[TextKey]:
    """Return every key that there is a text for in English."""
    keys: set[TextKey] = {("menus", name) for name in CONTEXT_MENUS} | set(ENGLISH)
    for command in TYPED:
        base = ("commands", command.name)
        keys |= {(*base, "name"), (*base, "summary")}
        for option in command.options:
            inner = (*base, "options", option.name)
            keys |= {(*inner, "name"), (*inner, "summary")}
            if isinstance(option.kind, Choice):
                keys |= {(*inner, "choices", value) for value in option.kind.values}
    groups = {command.group for command in TYPED if command.group != command.name}
    return keys | {("groups", group, what) for group in groups for what in ("name", "summary")}


def level(key: TextKey) -> TextKey:
    """Return where a name stands beside others: among commands and groups, in a group, a command, an option or a menu."""
    match key:
        case ("commands", *_, "choices", _) | ("menus", _):
            return key[:-1]
        case ("groups", _, "name"):
            return ("commands",)
        case ("commands", command, "name"):
            return ("commands", *command.split()[:-1])
        case ("commands", *_, "name"):
            return key[:-2]
        case _:
            return ()


def taken_twice(texts: TranslatedTexts) -> list[tuple[TextKey, str]]:
    """Return the names that more than one thing of a level has."""
    names = Counter((level(key), text.lower()) for key, text in texts.items() if level(key))
    return [name for name, times in names.items() if times > 1]


def descriptions(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield what a menu says in other languages."""
    for entry in entries:
        yield from entry.get("description_localizations", {}).values()
        yield from descriptions(entry.get("options", ()))


def test_three_languages_are_known() -> None:
    """More only take another file."""
    assert LANGUAGES == ["de", "es", "fr"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_translated_is_there(language: str) -> None:
    """A command that was renamed leaves no words behind."""
    assert set(TRANSLATIONS.texts_by_language[language]) - wanted() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing(language: str) -> None:
    """A new command comes with its words in every language."""
    assert wanted() - set(TRANSLATIONS.texts_by_language[language]) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_as_short_as_menus_want_them(language: str) -> None:
    """Names can be typed, and summaries and choices read at a glance."""
    for key, text in TRANSLATIONS.texts_by_language[language].items():
        assert text == text.strip(), key
        if key == ("words", "introduction"):
            assert text.endswith("."), key
        elif key[-1] == "name":
            assert NAME.fullmatch(text), (key, text)
            assert text == text.lower(), key
        else:
            longest = 32 if key[0] == "menus" else 90 if key[-1] == "summary" else 25
            assert 0 < len(text) <= longest, (key, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_description_is_cut_off(language: str) -> None:
    """With what a choice costs and the default behind it."""
    menu = render_commands(TYPED, Translations({language: TRANSLATIONS.texts_by_language[language]}))
    assert [text for text in descriptions(menu) if len(text) > 100 or text.endswith("…") or text != text.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_things_side_by_side_have_different_names(language: str) -> None:
    """Commands and groups, a group's commands, a command's options, an option's choices."""
    assert taken_twice(TRANSLATIONS.texts_by_language[language]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("groups", "tier", "name"), ("commands", "imagine", "name")),
        (("commands", "tier grant", "name"), ("commands", "tier revoke", "name")),
        (("commands", "tier grant", "options", "tier", "name"), ("commands", "tier grant", "options", "person", "name")),
        (("commands", "x", "options", "name", "choices", "zone"), ("commands", "x", "options", "name", "choices", "shape")),
    ],
)
def test_a_name_that_is_taken_twice_is_found(one: TextKey, other: TextKey) -> None:
    """Beside each other; elsewhere it may come again."""
    elsewhere = ("commands", "credits grant", "name")
    assert taken_twice({one: "zwei", other: "zwei", elsewhere: "zwei"}) == [(level(one), "zwei")]
    assert taken_twice({one: "eins", other: "zwei", elsewhere: "eins"}) == []


def test_a_text_is_given_in_each_language_that_has_it() -> None:
    """And in none where there is none."""
    some = Translations({"de": {("commands", "imagine", "name"): "zeichnen"}, "fr": {}})
    assert some.in_each_language("commands", "imagine", "name") == {"de": "zeichnen"}
    assert some.in_each_language("commands", "fly", "name") == {}
    assert some.for_locale("de-AT") == some.for_locale("de") == {("commands", "imagine", "name"): "zeichnen"}
    assert some.for_locale("pl") == {}
