"""Asks `/batch`: does it say what all of it counts for, however the prompts were given, and is each trouble one sentence?"""

from dataclasses import replace

import pytest

from bot.domain.allowances import Weights
from bot.domain.chat import Form
from bot.domain.images import Lane, Quality, Shape
from bot.domain.people import HOUSE, AccountId
from bot.domain.rules import Actor, Change, RuleKey, RuleKind
from bot.errors import SurfaceFailed
from tests.fakes.batch_desk import BatchDesk
from tests.fakes.bench import Bench
from tests.fakes.images import SQUARE_ONLY, ScriptedProvider
from tests.fakes.surfaces import LOOM, FakeCall


@pytest.fixture
def desk(bench: Bench) -> BatchDesk:
    """Return what takes in batches."""
    return BatchDesk(bench)


async def test_an_offer_says_what_it_counts_for_and_what_is_left(desk: BatchDesk) -> None:
    """To whoever asked alone, with every prompt, and one button for either answer."""
    [offer] = await desk.type("/batch a {red, blue} fox --shape wide")
    assert offer.text == "2 pictures: a red fox, and 1 more. You have 20 left. Nothing is counted yet."
    assert offer.details[0].text == "1. a red fox\n2. a blue fox"
    assert [button.label for button in offer.buttons] == ["Draw 2", "Do not draw"]
    [found] = desk.batches.rows.values()
    assert found.draft.shape is Shape.WIDE


async def test_lines_and_a_file_are_taken_together(desk: BatchDesk) -> None:
    """What is typed comes first; typed lines stay lines, with flags anywhere."""
    await desk.type("", prompts="a fox", file="\ufeffprompt\nan owl\n")
    assert list(desk.batches.rows.values())[-1].prompts == ("a fox", "prompt", "an owl")
    await desk.type("", file="nr;prompt\n1;an owl, grey\n")
    assert list(desk.batches.rows.values())[-1].prompts == ("an owl, grey",)
    await desk.type("/batch a fox\n  an owl --shape tall\n\n a cat")
    assert list(desk.batches.rows.values())[-1].prompts == ("a fox", "an owl", "a cat")


async def test_without_words_a_form_asks_for_them(desk: BatchDesk) -> None:
    """Where none can be shown, a sentence does."""
    assert await desk.type("/batch") == []
    assert desk.forms == [Form("batch")]
    call = FakeCall(desk.bench.surface, "formless")
    call.failures.fail_next("ask", SurfaceFailed(LOOM, "no form here"))
    await desk.dispatcher.dispatch_line("/batch", call)
    [answer] = call.whispers
    assert "Write prompts after it" in answer.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{a,b}" * 40, "That would be 1,099,511,627,776 pictures"),
        ("\n".join(["a fox"] * 10_000), "Those are 10,000 prompts"),
        ("a {fox", "Line 1 opens a brace"),
        ("x" * 1_000_001, "1,000,000 is the most"),
    ],
)
async def test_what_is_too_much_is_said_in_one_sentence(desk: BatchDesk, text: str, says: str) -> None:
    """And nothing is offered."""
    [answer] = await desk.type("", prompts=text)
    assert says in answer.text
    assert desk.batches.rows == {}


async def test_all_its_pictures_are_one_file(desk: BatchDesk) -> None:
    """By a link, for whoever asks."""
    found = await desk.drawn()
    [answer] = await desk.press("batch-zip", found)
    assert [link.address for link in answer.links] == [f"http://easel.test/b/{found.id}.zip"]


async def test_what_counts_as_several_says_so() -> None:
    """Beside how many pictures they are."""
    desk = BatchDesk(Bench(weights=Weights({Quality.HIGH: 2})))
    [offer] = await desk.type("/batch a {red, blue} fox --quality high")
    assert offer.text.startswith("2 pictures, which count as 4: a red fox")


async def test_an_offer_names_dollars_to_those_who_may_know_them(bench: Bench) -> None:
    """In its sentence, which every platform shows."""
    [offer] = await BatchDesk(bench, shows_cost=True).type("/batch a {red, blue} fox")
    assert offer.text == "2 pictures, for about $0.0800: a red fox, and 1 more. You have 20 left. Nothing is counted yet."


async def test_what_a_day_has_not_left_is_offered_in_the_relaxed_lane() -> None:
    """Where that goes on, as for a single picture; whoever chose a lane is told what is left."""
    relaxed = ScriptedProvider("relaxed", replace(SQUARE_ONLY, lane=Lane.RELAXED))
    bench = Bench(others=(relaxed,))
    key = RuleKey(RuleKind.SETTING, "relaxed_beyond")
    await bench.rulebook.change(Change(community=HOUSE, key=key, value="10", by=Actor(AccountId("boss"), "Boss")))
    desk = BatchDesk(bench)
    many = "/batch a {" + ",".join(f"fox {number}" for number in range(30)) + "}"
    [offer] = await desk.type(many)
    assert offer.text == (
        "30 pictures, which count as 15: a fox 0, and 29 more. They are drawn relaxed, usually within hours. "
        "You have 30 left. Nothing is counted yet."
    )
    [found] = desk.batches.rows.values()
    await desk.press("batch-draw", found)
    assert {row.job.wish.lane for row in bench.jobs.rows.values()} == {Lane.RELAXED}
    [refusal] = await desk.type(f"{many} --lane fast")
    assert refusal.kind == "quota_exceeded"


def test_buttons_of_an_offer_may_change_their_note(desk: BatchDesk) -> None:
    """Platforms want to know before the command runs."""
    found = ("batch-draw:id", "batch-cancel:id", "batch-delete:id", "gone:id")
    assert [desk.dispatcher.settles_note(action) for action in found] == [True, True, False, False]
