"""Are commands offered as they are declared, and registered only when they changed?"""

import copy

from bot.adapters.discord.menu import menu_of, same, suggestions
from bot.app.house import declared_commands
from tests.fakes.discord.command_rules import check_command
from tests.fakes.discord.errors import Form

MENU = menu_of(declared_commands())


def test_discord_takes_all_of_it() -> None:
    """By its own rules."""
    for command in MENU:
        form = Form()
        check_command(form, command)
        form.check()


def test_only_what_is_typed_is_offered() -> None:
    """Buttons' commands are not."""
    names = {command["name"] for command in MENU}
    assert {"imagine", "gallery", "help", "Report picture"} <= names
    assert not {"again", "cancel", "report", "mail"} & names


def test_required_options_come_first() -> None:
    """Discord insists."""
    for command in MENU:
        required = [option["required"] for option in command.get("options", [])]
        assert required == sorted(required, reverse=True)


def test_what_discord_adds_is_no_difference() -> None:
    """Ids, versions, and defaults that it spells out."""
    there = [
        {
            **copy.deepcopy(command),
            "id": "1",
            "version": "2",
            "nsfw": False,
            "default_member_permissions": None,
            "dm_permission": True,
        }
        for command in reversed(MENU)
    ]
    for command in there:
        command.setdefault("description", "")
        for option in command.get("options", []):
            option.setdefault("choices", [])
            option.setdefault("autocomplete", False)
    assert same(there, MENU)


def test_a_changed_word_is_a_difference() -> None:
    """So is a command more or less, or an option's bound."""
    assert not same(MENU[1:], MENU)
    changed = copy.deepcopy(MENU)
    changed[0]["options"][0]["max_length"] = 5
    assert not same(changed, MENU)
    changed = copy.deepcopy(MENU)
    changed[0]["description"] = "Other words"
    assert not same(changed, MENU)


def test_suggestions_begin_with_what_was_typed() -> None:
    """Others that hold it follow."""
    imagine = next(command for command in declared_commands() if command.name == "imagine")
    assert suggestions(imagine, "size", " 1024X") == ["1024x1024", "1024x1536"]
    assert suggestions(imagine, "size", "") == ["1024x1024", "1536x1024", "1024x1536"]
    assert suggestions(imagine, "nothing", "1") == []
