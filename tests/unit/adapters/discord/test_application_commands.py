"""Are commands offered as they are declared, and registered only when they changed?"""

import copy
from dataclasses import dataclass
from typing import Any

from bot.adapters.discord.application_commands import autocomplete_choices, render_commands
from bot.adapters.discord.command_registration import are_same_commands
from bot.app.commands import declared_commands
from bot.commands.imagine import imagine
from bot.commands.spec import Command, CommandAudience
from bot.commands.translations import TextKey, Translations, load_translations
from bot.domain.allowances import Weights
from bot.domain.images import Quality
from bot.domain.options import Suggestion
from bot.ports.surfaces import Call
from tests.fakes.discord.command_rules import check_command
from tests.fakes.discord.errors import BodyErrors

MENU = render_commands(declared_commands(), load_translations())


def test_discord_takes_all_of_it() -> None:
    """By its own rules."""
    for command in MENU:
        form = BodyErrors()
        check_command(form, command)
        form.check()


def test_only_what_is_typed_is_offered() -> None:
    """Buttons' commands are not."""
    names = {command["name"] for command in MENU}
    assert {"imagine", "gallery", "help", "Report picture"} <= names
    assert not {"again", "cancel", "mail"} & names


def test_required_options_come_first() -> None:
    """Discord insists."""
    groups = [command.get("options", []) for command in MENU]
    groups += [verb.get("options", []) for options in groups for verb in options if "required" not in verb]
    for options in groups:
        required = [option["required"] for option in options if "required" in option]
        assert required == sorted(required, reverse=True)


def test_what_discord_adds_is_no_difference() -> None:
    """Ids, versions, and defaults that it spells out."""
    there = [
        {
            "id": "1",
            "version": "2",
            "nsfw": False,
            "default_member_permissions": None,
            "dm_permission": True,
            **copy.deepcopy(command),
        }
        for command in reversed(MENU)
    ]
    for command in there:
        command.setdefault("description", "")
        for option in command.get("options", []):
            option.setdefault("choices", [])
            option.setdefault("autocomplete", False)
    assert are_same_commands(there, MENU)


def test_a_changed_word_is_a_difference() -> None:
    """So is a command more or less, or an option's bound."""
    assert not are_same_commands(MENU[1:], MENU)
    changed = copy.deepcopy(MENU)
    changed[0]["options"][0]["max_length"] = 5
    assert not are_same_commands(changed, MENU)
    changed = copy.deepcopy(MENU)
    changed[0]["description"] = "Other words"
    assert not are_same_commands(changed, MENU)


def test_suggestions_begin_with_what_was_typed() -> None:
    """Others that hold it follow."""
    imagine = next(command for command in declared_commands() if command.name == "imagine")
    assert [one.value for one in autocomplete_choices(imagine, "size", " 1024X")] == ["1024x1024", "1024x1536"]
    assert [one.value for one in autocomplete_choices(imagine, "size", "")] == ["1024x1024", "1536x1024", "1024x1536"]
    assert autocomplete_choices(imagine, "nothing", "1") == []


def _of(name: str) -> dict[str, Any]:
    return next(command for command in MENU if command["name"] == name)


def test_names_are_in_every_language_that_is_known() -> None:
    """Under each locale by which Discord calls it."""
    imagine, report = _of("imagine"), _of("Report picture")
    assert imagine["name_localizations"] == {
        "de": "zeichnen",
        "es-ES": "imaginar",
        "es-419": "imaginar",
        "fr": "imaginer",
    }
    assert imagine["description_localizations"]["de"] == "Ein Bild aus Worten zeichnen"
    assert report["name_localizations"]["fr"] == "Signaler l’image"
    shape = next(option for option in imagine["options"] if option["name"] == "shape")
    assert shape["name_localizations"]["de"] == "format"
    assert shape["choices"][1] == {
        "name": "Wide",
        "name_localizations": {"de": "Quer", "es-ES": "Horizontal", "es-419": "Horizontal", "fr": "Paysage"},
        "value": "wide",
    }


def test_what_is_usual_is_said_in_the_same_language() -> None:
    """Behind the summary, as in English."""
    count = next(option for option in _of("imagine")["options"] if option["name"] == "count")
    assert count["description"] == "How many pictures; usually 1"
    assert count["description_localizations"]["de"] == "Wie viele Bilder; meist 1"


def test_without_translations_everything_is_english() -> None:
    """And nothing else."""
    assert "localizations" not in str(render_commands(declared_commands(), Translations()))


def test_a_changed_translation_is_a_difference() -> None:
    """Of a name, a summary, an option or a choice."""
    changed = copy.deepcopy(MENU)
    option = changed[0]["options"][1]
    for words in (changed[0], option, option["choices"][0]):
        before = words["name_localizations"]
        words["name_localizations"] = {**before, "de": "anders"}
        assert not are_same_commands(changed, MENU)
        words["name_localizations"] = before
    changed[0]["description_localizations"].pop("fr")
    assert not are_same_commands(changed, MENU)


@dataclass(frozen=True, slots=True)
class _NoArgs:
    """Nothing is taken."""


async def _nothing(call: Call, args: _NoArgs) -> None:
    """Do nothing."""


def test_groups_are_taken_by_discord_and_compared() -> None:
    """Their parts too, and their words."""
    commands = [
        Command(f"quota {name}", f"{name} it", _NoArgs, _nothing, audience=CommandAudience.ADMINS) for name in ("set", "show")
    ]
    words: dict[TextKey, str] = {("groups", "quota", "name"): "kontingent", ("commands", "quota set", "name"): "setzen"}
    [menu] = render_commands(commands, Translations({"de": words}))
    form = BodyErrors()
    check_command(form, menu)
    form.check()
    assert (menu["name_localizations"], menu["options"][0]["name_localizations"]) == ({"de": "kontingent"}, {"de": "setzen"})
    changed = copy.deepcopy(menu)
    changed["options"][1]["description"] = "Other words"
    assert not are_same_commands([changed], [menu])
    assert not are_same_commands([{**menu, "default_member_permissions": None}], [menu])


def test_what_a_choice_costs_is_said_whole_where_it_is_made() -> None:
    """With the usual weights nothing of it is cut off."""
    nobody: Any = None
    weights = Weights({Quality.HIGH: 2}, large=2)
    [imagine_] = render_commands((imagine(nobody, weights),), Translations())
    said = {option["name"]: option["description"] for option in imagine_["options"]}
    assert said["quality"].endswith("; high counts as 2 pictures")
    assert said["size"].endswith("; above 2,000,000 pixels counts double")


def test_models_are_suggested_by_name_and_by_what_is_said_of_them() -> None:
    """Those of this person, with a line that Discord takes."""
    nobody: Any = None
    command = imagine(nobody)
    known = (Suggestion("pro", "pro – flux-2-pro, good at light" + "!" * 100), Suggestion("light", "light – quick"))
    found = autocomplete_choices(command, "model", "light", known)
    assert [one.value for one in found] == ["light", "pro"]
    assert all(len(one.label) <= 100 for one in found)
    [option] = [one for one in render_commands([command], load_translations())[0]["options"] if one["name"] == "model"]
    assert (option["autocomplete"], option["max_length"]) == (True, 64)
