"""Asks whether lines are read as people type them, phones and all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.quota import QuotaSetArgs, QuotaShowArgs
from bot.commands.rule_changes import AuditArgs
from bot.commands.spec import AnyCommand, Command
from bot.commands.typed_line import read_options, split_line
from bot.commands.usage import UsageArgs
from bot.errors import BadInput
from tests.unit.commands.sample import Easel

PAINT, OUTLINE, WIPE = Easel().paint(), Easel().outline(), Easel().wipe()
SET: AnyCommand = Command("quota set", "Set a limit", QuotaSetArgs, Easel().run)
SHOW: AnyCommand = Command("quota show", "Show a limit", QuotaShowArgs, Easel().run)
USAGE: AnyCommand = Command("usage", "See what was drawn", UsageArgs, Easel().run)
AUDIT: AnyCommand = Command("audit", "Read the record", AuditArgs, Easel().run)


def refusal(command: AnyCommand, rest: str) -> str:
    """Return what a person reads who typed that."""
    with pytest.raises(BadInput) as refused:
        read_options(command, rest)
    return refused.value.user_text


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("/paint a fox", ("paint", "a fox")),
        ("  /Paint   a fox  ", ("paint", "a fox")),
        ("/paint", ("paint", "")),
        ("/paint ", ("paint", "")),
        ("/paint a fox\nin the snow", ("paint", "a fox\nin the snow")),
        ("/paint\na fox", ("paint", "a fox")),
        ("/see-gallery", ("see-gallery", "")),
    ],
)
def test_a_line_is_parted_into_name_and_rest(line: str, parts: tuple[str, str]) -> None:
    """Names are lower case, the rest stays as it is."""
    assert split_line(line) == parts


@pytest.mark.parametrize("line", ["", " ", "/ paint", "//paint", "/", "/7up", "/paint,fox"])
def test_a_line_without_slash_and_name_is_no_command(line: str) -> None:
    """The sentence shows what one looks like."""
    with pytest.raises(BadInput) as refused:
        split_line(line)
    assert "begins with a slash" in refused.value.user_text
    assert "/help" in refused.value.user_text


@pytest.mark.parametrize(
    ("rest", "raw"),
    [
        ("", {}),
        ("a fox", {"words": "a fox"}),
        ("a fox --shape wide", {"words": "a fox", "shape": "wide"}),
        ("--shape wide a fox", {"words": "a fox", "shape": "wide"}),
        ("a --shape wide fox", {"words": "a fox", "shape": "wide"}),
        ("a fox --shape=wide --count=2", {"words": "a fox", "shape": "wide", "count": "2"}),
        ("a fox --SHAPE wide", {"words": "a fox", "shape": "wide"}),
        ("a fox —shape wide", {"words": "a fox", "shape": "wide"}),
        ("a fox –shape=wide", {"words": "a fox", "shape": "wide"}),
        ('a fox --title "Red Fox"', {"words": "a fox", "title": "Red Fox"}),
        ("a fox --title “Red Fox”", {"words": "a fox", "title": "Red Fox"}),
        ("a fox --title „Roter Fuchs“", {"words": "a fox", "title": "Roter Fuchs"}),
        ("a fox --title «Renard roux»", {"words": "a fox", "title": "Renard roux"}),
        ('a fox --title="Red Fox"', {"words": "a fox", "title": "Red Fox"}),
        ('--words "a fox" --title=Fox', {"words": "a fox", "title": "Fox"}),
        ("a fox --title=", {"words": "a fox", "title": ""}),
        ("a fox --title=a=b", {"words": "a fox", "title": "a=b"}),
        ("a fox --count -1", {"words": "a fox", "count": "-1"}),
        ('a "--shape" sign', {"words": 'a "--shape" sign'}),
        ("a “--shape wide” sign", {"words": "a “--shape wide” sign"}),
        ('a sign that says "OPEN", at night', {"words": 'a sign that says "OPEN", at night'}),
        ("two („eins“/„zwei“) signs", {"words": "two („eins“/„zwei“) signs"}),
        ('a 5" fox', {"words": 'a 5" fox'}),
        ('a 5" x 7" fox', {"words": 'a 5" x 7" fox'}),
        ("a fox - or -- two", {"words": "a fox - or -- two"}),
        ("a fox — red —", {"words": "a fox — red —"}),
        ("a fox —sleeping soundly", {"words": "a fox —sleeping soundly"}),
        ("a semi-aquatic fox's 1–2 cubs", {"words": "a semi-aquatic fox's 1–2 cubs"}),
        ("a fox\nin snow\n--shape wide", {"words": "a fox in snow", "shape": "wide"}),
    ],
)
def test_flags_are_read_and_words_stay_as_they_were_typed(rest: str, raw: dict[str, object]) -> None:
    """Long dashes and round quotes are a phone's doing, not a person's."""
    assert read_options(PAINT, rest) == raw


def test_an_unknown_flag_is_refused_with_those_there_are() -> None:
    """And with a guess."""
    takes = "it takes --words, --shape, --count or --title"
    assert refusal(PAINT, "a fox --shap wide") == f"/paint has no option --shap: {takes}. Did you mean shape?"
    assert refusal(PAINT, "a fox --zebra") == f"/paint has no option --zebra: {takes}."
    assert refusal(WIPE, "--zebra") == "/wipe has no option --zebra: it takes none."


@pytest.mark.parametrize("rest", ["a fox --shape", "a fox --shape --count 2", "a fox --shape —count 2"])
def test_a_flag_without_its_value_is_refused(rest: str) -> None:
    """Another flag is not a value."""
    assert refusal(PAINT, rest) == "--shape needs a value after it."


def test_a_quoted_flag_is_a_value() -> None:
    """Whoever quotes it means it."""
    assert read_options(PAINT, 'a fox --title "--count"') == {"words": "a fox", "title": "--count"}


@pytest.mark.parametrize("rest", ["--shape wide --shape tall", "--shape=wide —shape=wide"])
def test_a_flag_that_stands_there_twice_is_refused(rest: str) -> None:
    """Which of them was meant, nobody knows."""
    assert refusal(PAINT, f"a fox {rest}") == "--shape stands there twice; once is enough."


def test_words_go_to_what_must_be_given_where_no_option_takes_text() -> None:
    """Numbers are never guessed."""
    assert read_options(OUTLINE, "wide") == {"shape": "wide"}


@pytest.mark.parametrize("whom", ["<@U7>", "<@!5>", "mill:gus", "mill:T1:gus"])
def test_somebody_who_is_mentioned_is_whom_the_command_is_about(whom: str) -> None:
    """Wherever they are mentioned, and whatever else is typed."""
    assert read_options(SET, f"3 {whom}") == {"pictures": "3", "person": whom}
    assert read_options(SET, f"{whom} 3 --why fun") == {"pictures": "3", "person": whom, "why": "fun"}
    assert read_options(SHOW, whom) == {"person": whom}


def test_a_group_that_is_mentioned_is_a_role() -> None:
    """Not a person, and not a tier."""
    assert read_options(SET, "3 <!subteam^S1>") == {"pictures": "3", "role": "<!subteam^S1>"}
    assert read_options(SET, "3 <@&77>") == {"pictures": "3", "role": "<@&77>"}
    assert read_options(SET, "3 guest") == {"pictures": "3", "tier": "guest"}


def test_a_flag_goes_before_a_mention() -> None:
    """The second person is words, which nothing else takes here."""
    assert read_options(SET, "3 --person <@U1> <@U2>") == {"pictures": "3", "person": "<@U1>", "tier": "<@U2>"}


def test_a_name_that_is_no_mention_is_explained() -> None:
    """Rather than taken for words."""
    assert refusal(SET, "3 @ann").startswith("For person, please mention somebody, or give their id")
    assert read_options(SET, "3 <@U1> --why @ann") == {"pictures": "3", "person": "<@U1>", "why": "@ann"}


def test_words_are_for_the_first_option_that_can_take_them() -> None:
    """Where none has to be given, and none takes text."""
    assert read_options(AUDIT, "20") == {"count": "20"}
    assert read_options(USAGE, "7") == {"days": "7"}
    assert read_options(USAGE, "<@U1>") == {"person": "<@U1>"}


def test_words_that_nothing_takes_are_refused() -> None:
    """Rather than dropped."""
    assert refusal(WIPE, "it all") == "/wipe does not know what to do with “it all”."
    assert refusal(PAINT, "a fox --words a hare") == "/paint does not know what to do with “a fox hare”."


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_line_is_read_or_refused(typed: str) -> None:
    """Nothing that can be typed breaks the reader."""
    try:
        raw = read_options(PAINT, typed)
    except BadInput:
        return
    assert set(raw) <= {"words", "shape", "count", "title"}


@given(st.text(alphabet='ab "“”„-', max_size=60))
def test_words_without_flags_lose_nothing_but_white_space(typed: str) -> None:
    """Quotes and dashes are part of them."""
    try:
        raw = read_options(PAINT, typed)
    except BadInput:
        return
    if set(raw) == {"words"} and "--" not in typed:
        assert str(raw["words"]).split() == typed.split()
