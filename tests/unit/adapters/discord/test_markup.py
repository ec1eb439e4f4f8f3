"""Does Discord show what was typed, and nothing else?"""

import pytest

from bot.adapters.discord.markup import escape, escape_to_fit, mention_ids


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a fox, and a hen: both", "a fox, and a hen: both"),
        ("**b** _i_ ~~s~~ `c` ||x||", r"\*\*b\*\* \_i\_ \~\~s\~\~ \`c\` \|\|x\|\|"),
        ("@everyone <@1> <#2> </do:3>", r"\@everyone \<\@1\> \<\#2\> \</do\:3\>"),
        ("[click](https://x.example)", r"\[click\](https\://x.example)"),
        ("<t:0> :smile: <:a:1>", r"\<t\:0\> \:smile: \<\:a\:1\>"),
        ("# head\n- item\n> said\n-# small", "\\# head\n\\- item\n\\> said\n\\-\\# small"),
        ("1. one", r"1\. one"),
        ("black-and-white 3.5", "black-and-white 3.5"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_markup_is_only_letters(typed: str, shown: str) -> None:
    """Whatever Discord would act upon has a backslash before it."""
    assert escape(typed) == shown


@pytest.mark.parametrize("typed", ["fox " * 100, "*" * 400, "a" * 400, "𝒻" * 400])
@pytest.mark.parametrize("longest", [1, 2, 10, 99, 399])
def test_a_cut_text_keeps_its_bound(typed: str, longest: int) -> None:
    """Escaped, and never in the middle of an escape."""
    cut = escape_to_fit(typed, longest)
    assert len(cut) <= longest
    assert cut.endswith("…")
    assert not cut.removesuffix("…").replace("\\*", "").endswith("\\")


def test_what_fits_is_not_cut() -> None:
    """Down to the last character."""
    assert escape_to_fit("fox", 3) == "fox"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("The limit of discord:1573909771344412677 is now 3", "The limit of <@1573909771344412677> is now 3"),
        ("in discord:1573909771344412677:1573909771344412678.", "in <#1573909771344412678>."),
        ("the role 1573909771344412677 gives", "the role <@&1573909771344412677> gives"),
        ("Grace (discord:1573909771344412677)", r"Grace (discord\:1573909771344412677)"),
        ("all of discord:1573909771344412677 together", r"all of discord\:1573909771344412677 together"),
        ("Your key:\neasel_" + "a_b-" * 11, "Your key:\n`easel_" + "a_b-" * 11 + "`"),
        ("discord:12, <@1573909771344412677>", r"discord\:12, \<\@1573909771344412677\>"),
    ],
)
def test_ids_are_shown_as_names_to_one_person_alone(said: str, shown: str) -> None:
    """People, channels and roles; not where the name stands there already, and not what somebody typed."""
    assert mention_ids(escape(said)) == shown
