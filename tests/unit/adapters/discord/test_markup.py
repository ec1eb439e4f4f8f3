"""Does Discord show what was typed, and nothing else?"""

import pytest

from bot.adapters.discord import DISCORD
from bot.adapters.discord.markup import escape, escape_to_fit, render_to_fit
from bot.domain.people import Identity, Platform
from bot.domain.rich_text import Code, PlatformChannel, PlatformRole, ReferenceTarget, RichText

ADA = Identity(DISCORD, "", "1573909771344412677")


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
    ("target", "shown"),
    [
        (Identity(DISCORD, "", "1573909771344412677"), "<@1573909771344412677>"),
        (PlatformChannel(DISCORD, "1573909771344412677", "1573909771344412678"), "<#1573909771344412678>"),
        (PlatformRole(DISCORD, "1573909771344412677", "1573909771344412679"), "<@&1573909771344412679>"),
        (Code("easel_" + "a_b-" * 11), "`easel_" + "a_b-" * 11 + "`"),
        (Identity(Platform("slack"), "T1", "U1"), r"slack\:T1\:U1"),
        (PlatformRole(Platform("slack"), "T1", "1573909771344412679"), "1573909771344412679"),
        (Identity(DISCORD, "", "1> <@&2"), r"discord\:1\> \<\@&2"),
        (Code("a`b"), r"a\`b"),
    ],
)
def test_what_is_of_discord_is_shown_by_name(target: ReferenceTarget, shown: str) -> None:
    """And everything else by its id."""
    assert render_to_fit(RichText.of("*", target, "*"), 400) == rf"\*{shown}\*"


@pytest.mark.parametrize(
    "typed",
    [
        "discord:1573909771344412677",
        "discord:1573909771344412677:1573909771344412678",
        "the role 1573909771344412677",
        "easel_" + "a_b-" * 11,
        "<@1573909771344412677>",
    ],
)
def test_what_somebody_typed_names_nobody(typed: str) -> None:
    """However it looks."""
    assert render_to_fit(RichText.of("Why: ", typed), 400) == f"Why: {escape(typed)}"


@pytest.mark.parametrize("longest", [1, 5, 22, 23, 24, 30, 44, 45, 46, 59])
def test_a_cut_text_has_whole_names_only(longest: int) -> None:
    """And keeps its bound."""
    rich = RichText.of(ADA, " *has* ", ADA, " and more")
    cut = render_to_fit(rich, longest)
    assert len(cut) <= longest
    assert cut.endswith("…")
    assert cut.count("<") == cut.count(">") == cut.count("<@1573909771344412677>")
    assert render_to_fit(rich, 62) == r"<@1573909771344412677> \*has\* <@1573909771344412677> and more"
