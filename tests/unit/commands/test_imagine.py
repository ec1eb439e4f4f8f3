"""Asks what `/imagine` takes, and what the house has that can be typed."""

import pytest

from bot.commands.imagine import imagine
from bot.domain.allowances import QuotaStatus, Weights
from bot.domain.chat import Tone
from bot.domain.images import Quality, Shape, Size
from bot.domain.wishes import Rewriting, Wish
from tests.fakes.bench import Bench
from tests.unit.commands.hands import Hands, newest

UNTOUCHED = QuotaStatus(20, held=0, spent=0)


async def test_imagine_takes_a_wish_in_all_its_details(bench: Bench, hands: Hands) -> None:
    """Typed in one line."""
    assert await hands.type("/imagine a fox --size 800x608 --quality high --count 3 --rewriting off --shape wide") == []
    assert newest(bench).wish == Wish(
        prompt="a fox", shape=Shape.WIDE, size=Size(800, 608), quality=Quality.HIGH, count=3, rewriting=Rewriting.OFF
    )


async def test_imagine_needs_only_words(bench: Bench, hands: Hands) -> None:
    """Everything else has a default."""
    await hands.type("/imagine a fox")
    assert newest(bench).wish == Wish(prompt="a fox")
    await bench.work()
    assert bench.message(newest(bench)).tone is Tone.DONE


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("/imagine \u200b", "bad_input"),
        (f"/imagine {'x' * 10_000}", "bad_input"),
        ("/imagine a fox --count 9", "bad_input"),
        ("/imagine a fox --size 9x9", "bad_input"),
        ("/imagine a fox --zebra 9", "bad_input"),
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused_in_private(bench: Bench, hands: Hands, line: str, kind: str) -> None:
    """Nobody else sees it, and nothing is counted."""
    [whisper] = await hands.type(line)
    assert (whisper.tone, whisper.kind) == (Tone.REFUSED, kind)
    assert (bench.surface.posted, bench.jobs.rows) == ([], {})


async def test_who_has_drawn_all_their_pictures_is_told_so_in_private(bench: Bench, hands: Hands) -> None:
    """With the hour at which there are more."""
    for _ in range(5):
        await hands.type("/imagine a fox --count 4")
    [whisper] = await hands.type("/imagine a fox")
    assert whisper.kind == "quota_exceeded"
    assert "no pictures left today" in whisper.text
    assert len(bench.surface.posted) == 5


async def test_help_knows_what_can_be_typed_and_no_buttons(hands: Hands) -> None:
    """The buttons stand under the pictures."""
    [whisper] = await hands.type("/help")
    [everybody] = whisper.details
    assert [line.split(" – ")[0] for line in everybody.text.splitlines()] == [
        "/imagine",
        "/edit",
        "/history",
        "/gallery",
        "/show",
        "/share",
        "/unshare",
        "/collection list",
        "/help",
    ]
    assert "; also add, show, remove, share" in everybody.text


@pytest.mark.parametrize("command", ["again", "vary", "safer", "cancel", "delete", "undelete"])
async def test_buttons_cannot_be_typed(hands: Hands, command: str) -> None:
    """They carry an id that nobody knows."""
    [whisper] = await hands.type(f"/{command} job-1")
    assert whisper.text.startswith(f"There is no /{command}.")


@pytest.mark.parametrize(
    ("weights", "notes"),
    [
        (Weights({}, relaxed_percent=100), {}),
        (Weights({Quality.LOW: 1, Quality.HIGH: 2}), {"quality": "high counts as 2 pictures", "lane": "relaxed counts half"}),
        (
            Weights({Quality.MEDIUM: 2, Quality.HIGH: 4}, large=2),
            {
                "quality": "medium counts as 2 pictures, high counts as 4 pictures",
                "size": "above 2,000,000 pixels counts double",
                "lane": "relaxed counts half",
            },
        ),
        (
            Weights({}, large=5, large_from=1_500_000, relaxed_percent=30),
            {
                "size": "above 1,500,000 pixels counts 5-fold",
                "shape": "wide counts 5-fold, tall counts 5-fold",
                "lane": "relaxed counts 30 %",
            },
        ),
    ],
)
def test_what_a_choice_costs_is_said_where_it_is_made(bench: Bench, weights: Weights, notes: dict[str, str]) -> None:
    """In menus, forms and help, before anything is spent."""
    options = {option.name: option for option in imagine(bench.studio, weights).options}
    assert {name: option.note for name, option in options.items() if option.note} == notes
    for name, option in options.items():
        note = f"; {notes[name]}" if name in notes else ""
        assert option.summary == f"{option.kind.summary}{note}"
