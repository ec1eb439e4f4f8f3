"""Are the catalogues of other languages complete, about things that there are, and within what platforms show?"""

import re

import pytest

from bot.adapters.discord.menu import CONTEXT_MENUS
from bot.app.catalogue import declared_commands
from bot.commands.options import Pick
from bot.commands.translations import Key, Translations, load_translations

TRANSLATIONS = load_translations()
LANGUAGES = sorted(TRANSLATIONS.catalogues)
TYPED = [command for command in declared_commands() if command.is_typed]
NAME = re.compile(r"[-_\w]{1,32}")
TRANSLATED_BY_NOW = {"imagine", "gallery", "help"}


def wanted(*, of: set[str] | None = None) -> set[Key]:
    """Give every key that there is a text for in English."""
    keys: set[Key] = {("menus", name) for name in CONTEXT_MENUS} | {("words", "usually")}
    for command in TYPED:
        if of is not None and command.name not in of:
            continue
        base = ("commands", command.name)
        keys |= {(*base, "name"), (*base, "summary")}
        for option in command.options:
            inner = (*base, "options", option.name)
            keys |= {(*inner, "name"), (*inner, "summary")}
            if isinstance(option.kind, Pick):
                keys |= {(*inner, "choices", value) for value in option.kind.values}
    groups = {command.group for command in TYPED if command.group != command.name}
    return keys | {("groups", group, what) for group in groups if of is None for what in ("name", "summary")}


def test_three_languages_are_known() -> None:
    """More only take another file."""
    assert LANGUAGES == ["de", "es", "fr"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_translated_is_there(language: str) -> None:
    """A command that was renamed leaves no words behind."""
    assert set(TRANSLATIONS.catalogues[language]) - wanted() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing(language: str) -> None:
    """Of the commands that were translated once."""
    assert wanted(of=TRANSLATED_BY_NOW) - set(TRANSLATIONS.catalogues[language]) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_as_short_as_menus_want_them(language: str) -> None:
    """Names can be typed and summaries read, with the default behind them."""
    for key, text in TRANSLATIONS.catalogues[language].items():
        if key[-1] == "name":
            assert NAME.fullmatch(text), (key, text)
            assert text == text.lower(), key
        else:
            assert 0 < len(text) <= (32 if key[0] == "menus" else 80 if key[-1] == "summary" else 40), (key, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_things_have_one_name(language: str) -> None:
    """Of the commands, and of the options of each."""
    names: dict[Key, list[str]] = {}
    for key, text in TRANSLATIONS.catalogues[language].items():
        if key[-1] == "name":
            group = key[-2].partition(" ")[0] if " " in key[-2] else ""
            names.setdefault((*key[:-2], group), []).append(text)
    assert all(len(texts) == len(set(texts)) for texts in names.values()), names


def test_a_text_is_given_in_each_language_that_has_it() -> None:
    """And in none where there is none."""
    some = Translations({"de": {("commands", "imagine", "name"): "zeichnen"}, "fr": {}})
    assert some.of("commands", "imagine", "name") == {"de": "zeichnen"}
    assert some.of("commands", "fly", "name") == {}
    assert some.into("de-AT") == some.into("de") == {("commands", "imagine", "name"): "zeichnen"}
    assert some.into("pl") == {}
