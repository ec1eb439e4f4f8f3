"""Asks `/batch`: does it say what all of it counts for, however the prompts were given, and is each trouble one sentence?"""

from dataclasses import replace

import pytest

from bot.domain.allowances import Weights
from bot.domain.chat import Form
from bot.domain.images import Lane, Quality, Shape
from bot.domain.people import HOUSE, AccountId
from bot.domain.rules import Actor, Change, RuleKey, RuleKind
from bot.errors import SurfaceFailed
from tests.fakes.batch_setup import BatchSetup
from tests.fakes.bench import Bench
from tests.fakes.images import SQUARE_ONLY, ScriptedProvider
from tests.fakes.surfaces import LOOM, FakeCall


@pytest.fixture
def setup(bench: Bench) -> BatchSetup:
    """Return what takes in batches."""
    return BatchSetup(bench)


async def test_an_offer_says_what_it_counts_for_and_what_is_left(setup: BatchSetup) -> None:
    """To whoever asked alone, with every prompt, and one button for either answer."""
    [offer] = await setup.type("/batch a {red, blue} fox --shape wide")
    assert offer.text == "2 pictures: a red fox, and 1 more. You have 20 left. Nothing is counted yet."
    assert offer.details[0].text == "1. a red fox\n2. a blue fox"
    assert [button.label for button in offer.buttons] == ["Draw 2", "Do not draw"]
    [found] = setup.batches.rows.values()
    assert found.draft.shape is Shape.WIDE


async def test_lines_and_a_file_are_taken_together(setup: BatchSetup) -> None:
    """What is typed comes first; typed lines stay lines, with flags anywhere."""
    await setup.type("", prompts="a fox", file="\ufeffprompt\nan owl\n")
    assert list(setup.batches.rows.values())[-1].prompts == ("a fox", "prompt", "an owl")
    await setup.type("", file="nr;prompt\n1;an owl, grey\n")
    assert list(setup.batches.rows.values())[-1].prompts == ("an owl, grey",)
    await setup.type("/batch a fox\n  an owl --shape tall\n\n a cat")
    assert list(setup.batches.rows.values())[-1].prompts == ("a fox", "an owl", "a cat")


async def test_without_words_a_form_asks_for_them(setup: BatchSetup) -> None:
    """Where none can be shown, a sentence does."""
    assert await setup.type("/batch") == []
    assert setup.forms == [Form("batch")]
    call = FakeCall(setup.bench.surface, "formless")
    call.failures.fail_next("ask", SurfaceFailed(LOOM, "no form here"))
    await setup.dispatcher.dispatch_line("/batch", call)
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
async def test_what_is_too_much_is_said_in_one_sentence(setup: BatchSetup, text: str, says: str) -> None:
    """And nothing is offered."""
    [answer] = await setup.type("", prompts=text)
    assert says in answer.text
    assert setup.batches.rows == {}


async def test_all_its_pictures_are_one_file(setup: BatchSetup) -> None:
    """By a link, for whoever asks."""
    found = await setup.drawn()
    [answer] = await setup.press("batch-zip", found)
    assert [link.address for link in answer.links] == [f"http://easel.test/b/{found.id}.zip"]


async def test_what_counts_as_several_says_so() -> None:
    """Beside how many pictures they are."""
    setup = BatchSetup(Bench(weights=Weights({Quality.HIGH: 2})))
    [offer] = await setup.type("/batch a {red, blue} fox --quality high")
    assert offer.text.startswith("2 pictures, which count as 4: a red fox")


async def test_an_offer_names_dollars_to_those_who_may_know_them(bench: Bench) -> None:
    """In its sentence, which every platform shows."""
    [offer] = await BatchSetup(bench, shows_cost=True).type("/batch a {red, blue} fox")
    assert offer.text == "2 pictures, for about $0.0800: a red fox, and 1 more. You have 20 left. Nothing is counted yet."


async def test_what_a_day_has_not_left_is_offered_in_the_relaxed_lane() -> None:
    """Where that goes on, as for a single picture; whoever chose a lane is told what is left."""
    relaxed = ScriptedProvider("relaxed", replace(SQUARE_ONLY, lane=Lane.RELAXED))
    bench = Bench(others=(relaxed,))
    key = RuleKey(RuleKind.SETTING, "relaxed_beyond")
    await bench.rulebook.change(Change(community=HOUSE, key=key, value="10", by=Actor(AccountId("boss"), "Boss")))
    setup = BatchSetup(bench)
    many = "/batch a {" + ",".join(f"fox {number}" for number in range(30)) + "}"
    [offer] = await setup.type(many)
    assert offer.text == (
        "30 pictures, which count as 15: a fox 0, and 29 more. They are drawn relaxed, usually within hours. "
        "You have 30 left. Nothing is counted yet."
    )
    [found] = setup.batches.rows.values()
    await setup.press("batch-draw", found)
    assert {row.job.wish.lane for row in bench.jobs.rows.values()} == {Lane.RELAXED}
    [refusal] = await setup.type(f"{many} --lane fast")
    assert refusal.kind == "quota_exceeded"


def test_buttons_of_an_offer_may_change_their_note(setup: BatchSetup) -> None:
    """Platforms want to know before the command runs."""
    found = ("batch-draw:id", "batch-cancel:id", "batch-delete:id", "gone:id")
    assert [setup.dispatcher.settles_note(action) for action in found] == [True, True, False, False]
