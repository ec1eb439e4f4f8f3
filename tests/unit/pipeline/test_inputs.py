"""Asks what becomes of pictures that a wish begins with: checked, kept, judged, sent, and never dropped without a word."""

from dataclasses import replace

import pytest

from bot.commands.redraw import JobArgs, again, vary
from bot.domain.images import Abilities, Lane, Shape, Size
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.jobs import Job, JobState
from bot.domain.money import Cost
from bot.domain.people import HOUSE, AccountId
from bot.domain.rules import Actor, Change, RuleKey, RuleKind
from bot.domain.wishes import Draft, Wish
from bot.errors import BadInput, NotYours, QuotaExceeded, StorageFailed
from bot.moderation.guard import Guard
from bot.ports.prompts import GuardDecision, Verdict
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from tests.fakes.bench import Bench
from tests.fakes.images import PRICE, ScriptedProvider
from tests.fakes.photos import mask_of, moving, photo

READER = Abilities(sizes=(Size(1024, 1024), Size(1024, 1536)), most=4, most_inputs=4, takes_mask=True, input_cost=Cost(7, True))
PHOTO = BroughtPicture(photo())


@pytest.fixture
def bench() -> Bench:
    """Set up a house whose model takes four pictures and a mask."""
    return Bench(painter=ScriptedProvider(abilities=READER))


async def bring(bench: Bench, *brought: BroughtPicture, key: str = "call-1", user: str = "ann", **asked: object) -> Job:
    """Ask for something with these pictures, and return the job."""
    draft = Draft(prompt="make it night", picture=brought or (PHOTO,), **asked)  # type: ignore[arg-type]  # options of a draft
    await bench.studio.accept(draft, bench.call(key, user))
    return next(row.job for row in bench.jobs.rows.values() if row.job.key == key)


def stored(bench: Bench) -> list[str]:
    """Return the keys of inputs in the store."""
    return [key for key in bench.objects.objects if key.startswith("inputs/")]


async def test_a_picture_is_kept_and_sent_with_the_words_as_they_were_typed(bench: Bench) -> None:
    """The rewriter does not see it, so it does not make other words of them; and it keeps its shape."""
    job = await bring(bench, BroughtPicture(photo(size=(90, 120))), PHOTO, BroughtPicture(mask_of((90, 120)), InputRole.MASK))
    assert [one.role for one in job.wish.inputs] == ["base", "base", "mask"]
    assert sorted(stored(bench)) == sorted({one.key for one in job.wish.inputs})
    assert job.wish.shape is Shape.TALL
    await bench.work()
    [request] = bench.painter.requests
    assert (request.prompt, request.size) == ("make it night", Size(1024, 1536))
    assert [(one.role, one.media_type) for one in request.inputs] == [
        ("base", "image/jpeg"),
        ("base", "image/jpeg"),
        ("mask", "image/png"),
    ]
    assert [one.content for one in request.inputs] == [bench.objects.objects[one.key][0] for one in job.wish.inputs]
    assert bench.job(job).state is JobState.DONE


async def test_the_same_picture_twice_is_two_inputs(bench: Bench) -> None:
    """Each under a key of its own."""
    job = await bring(bench, PHOTO, PHOTO)
    assert len({one.key for one in job.wish.inputs}) == len(stored(bench)) == 2


async def test_what_a_picture_costs_to_read_is_in_the_estimate(bench: Bench) -> None:
    """It is what a call costs that was not seen to end."""
    bench.painter.will(OutcomeUnknown("painter", "silent"))
    job = await bring(bench, PHOTO, PHOTO)
    await bench.work()
    [drawing] = await bench.jobs.drawings(job.id)
    assert drawing.cost == Cost(PRICE.microusd + 2 * 7, is_estimate=True)


@pytest.mark.parametrize("content", [b"no picture", moving("GIF")])
async def test_nothing_is_counted_or_kept_of_a_picture_that_cannot_be_used(bench: Bench, content: bytes) -> None:
    """One sentence."""
    with pytest.raises(BadInput, match="bad input") as refused:
        await bring(bench, BroughtPicture(content))
    assert refused.value.user_text.endswith("Nothing was counted.")
    assert (bench.jobs.rows, stored(bench)) == ({}, [])


async def test_nothing_is_kept_where_nothing_is_left(bench: Bench) -> None:
    """The wish is refused, so its pictures are nobody's."""
    for number in range(5):
        await bench.imagine(key=f"before-{number}", count=4)
    with pytest.raises(QuotaExceeded):
        await bring(bench)
    assert stored(bench) == []


async def test_the_same_call_again_keeps_nothing_more(bench: Bench) -> None:
    """The job has its own."""
    job = await bring(bench)
    assert (await bring(bench)).id == job.id
    assert stored(bench) == [job.wish.inputs[0].key]


async def test_where_it_is_not_known_what_became_of_the_job_its_pictures_stay(bench: Bench) -> None:
    """And when they cannot be kept there is no job."""
    bench.jobs.failures.fail_next("accept", StorageFailed("memory", "away"))
    with pytest.raises(StorageFailed):
        await bring(bench)
    assert len(stored(bench)) == 1
    bench.objects.failures.fail_next("put", StorageFailed("memory", "away"))
    with pytest.raises(StorageFailed):
        await bring(bench, key="call-2")
    assert bench.jobs.rows == {}


async def test_what_cannot_be_discarded_now_is_left_to_the_search_for_orphans(bench: Bench) -> None:
    """The refusal is told all the same."""
    for number in range(5):
        await bench.imagine(key=f"before-{number}", count=4)
    bench.objects.failures.fail_next("delete", StorageFailed("memory", "away"))
    with pytest.raises(QuotaExceeded):
        await bring(bench)
    assert len(stored(bench)) == 1


async def test_a_model_that_takes_fewer_says_so_before_anything_is_kept(bench: Bench) -> None:
    """It is not sent the first few."""
    with pytest.raises(BadInput) as refused:
        await bring(bench, *[PHOTO] * 5)
    assert "takes 4 pictures at most, and these are 5" in refused.value.user_text
    assert stored(bench) == []


async def test_only_who_takes_pictures_draws_where_another_one_fails() -> None:
    """One that draws from words alone would draw something else."""
    blind, other = ScriptedProvider("blind"), ScriptedProvider("other", abilities=READER)
    bench = Bench(painter=ScriptedProvider(abilities=READER), others=(blind, other))
    bench.painter.will(ProviderFailed("painter", "down", fault=ProviderFault.UNREACHABLE))
    await bring(bench)
    await bench.work()
    assert (len(bench.painter.requests), len(blind.requests), len(other.requests)) == (1, 0, 1)


async def test_where_no_model_takes_them_any_more_it_is_said(bench: Bench) -> None:
    """The settings have changed since."""
    job = await bring(bench)
    bench.models = replace(bench.models, offers=tuple(replace(one, most_inputs=0) for one in bench.models.offers))
    bench.drawing = bench._drawing_with(bench.keeping)
    bench.worker = bench.new_worker()
    await bench.work()
    ended = bench.job(job)
    assert ended.state is JobState.REFUSED
    assert ended.ending is not None
    assert ended.ending.text.startswith("No image model here takes these pictures any more.")
    assert (await bench.quota_status()).left == 20


async def test_a_picture_that_is_gone_meanwhile_ends_the_job_for_nothing(bench: Bench) -> None:
    """Nobody draws something else in its place."""
    job = await bring(bench)
    await bench.objects.delete(job.wish.inputs[0].key)
    await bench.work()
    ended = bench.job(job)
    assert ended.ending is not None
    assert ended.ending.text == (
        "A picture that this begins with was removed meanwhile. Nothing was drawn and nothing was counted."
    )
    assert (bench.painter.requests, (await bench.quota_status()).left) == ([], 20)


async def test_a_picture_is_judged_before_anything_is_paid_for(bench: Bench) -> None:
    """And a refusal offers no other words: it was not about them."""
    bench.picture_stage.will(Verdict(GuardDecision.REFUSE, rule="moderation:sexual", sentence="No.", category="sexual"))
    job = await bring(bench)
    await bench.work()
    ended = bench.job(job).ending
    assert ended is not None
    assert ended.text.startswith("What a picture that you gave shows is not drawn from here; please give another one.")
    assert (ended.safer, bench.painter.requests, bench.rewriter.asks) == (None, [], [])
    assert (await bench.quota_status()).left == 20
    assert (stored(bench), await bench.inputs.of_job(job.id)) == ([], ())


async def test_a_refused_picture_that_cannot_be_removed_now_goes_with_the_words(bench: Bench) -> None:
    """The refusal is told all the same."""
    bench.picture_stage.will(Verdict(GuardDecision.REFUSE, rule="moderation:sexual", sentence="No.", category="sexual"))
    job = await bring(bench)
    bench.objects.failures.fail_next("delete", StorageFailed("memory", "away"))
    await bench.work()
    assert bench.job(job).state is JobState.REFUSED
    assert [one.key for one in await bench.inputs.of_job(job.id)] == stored(bench)


async def test_pictures_stay_where_it_was_the_words_that_were_refused(bench: Bench) -> None:
    """Other words may be drawn from them."""
    bench.moderation.will(Verdict(GuardDecision.REFUSE, rule="moderation:sexual", sentence="No.", category="sexual"))
    job = await bring(bench)
    await bench.work()
    assert bench.job(job).state is JobState.REFUSED
    assert len(stored(bench)) == 1


async def test_where_no_model_looks_at_pictures_they_are_drawn_from_unseen() -> None:
    """As what is drawn is shown unseen there."""
    bench = Bench(painter=ScriptedProvider(abilities=READER), guard=Guard(local=(), models=()))
    job = await bring(bench)
    await bench.work()
    assert bench.job(job).state is JobState.DONE
    assert bench.picture_stage.judged == []


async def test_again_and_vary_begin_with_pictures_of_their_own(bench: Bench) -> None:
    """So that each goes on when another one is deleted."""
    first = await bring(bench)
    await bench.work()
    for number, command in enumerate((again(bench.studio), vary(bench.studio))):
        await command.run(bench.call(f"button-{number}"), JobArgs(first.id))
    await bench.work()
    assert len(bench.painter.requests) == 3
    assert len(set(stored(bench))) == 3
    await bench.gallery.remove_now(first.id)
    await bench.recovery.sweep()
    assert len(stored(bench)) == 2


async def test_what_somebody_else_brought_is_not_drawn_from(bench: Bench) -> None:
    """It may be from a place that is not for all."""
    job = await bring(bench)
    await bench.work()
    labels = ["Edit", "Edit a part", "Again", "Vary", "☆", "Delete"]
    assert [button.label for button in bench.message(job).buttons] == labels
    with pytest.raises(NotYours):
        await again(bench.studio).run(bench.call("button", "bob"), JobArgs(job.id))


async def test_a_picture_that_is_not_kept_any_more_is_asked_for_again(bench: Bench) -> None:
    """Not left out."""
    job = await bring(bench)
    await bench.work()
    await bench.objects.delete(job.wish.inputs[0].key)
    with pytest.raises(BadInput) as refused:
        await again(bench.studio).run(bench.call("button"), JobArgs(job.id))
    assert "please bring it again" in refused.value.user_text


async def test_pictures_go_along_where_the_day_is_used_up_and_the_relaxed_lane_goes_on() -> None:
    """What was kept for the wish that was refused is kept for the one that takes its place."""
    relaxed = ScriptedProvider("relaxed", replace(READER, lane=Lane.RELAXED))
    bench = Bench(painter=ScriptedProvider(abilities=READER), others=(relaxed,))
    for number in range(5):
        await bring(bench, key=f"full-{number}", count=4)
    key = RuleKey(RuleKind.SETTING, "relaxed_beyond")
    await bench.rulebook.change(Change(community=HOUSE, key=key, value="1", by=Actor(AccountId("boss"), "Boss")))
    job = await bring(bench)
    assert (job.wish.lane, len(job.wish.inputs)) == (Lane.RELAXED, 1)
    assert job.wish.inputs[0].key in stored(bench)


def test_a_wish_comes_of_a_draft_with_the_same_pictures() -> None:
    """For programs that ask again."""
    draft = Draft(prompt="a fox", picture=(PHOTO,))
    assert not Wish(prompt="a fox").may_come_of(draft)


@pytest.mark.parametrize(
    ("roles", "note"),
    [
        ((InputRole.BASE,), "changed from a picture that was brought"),
        ((InputRole.BASE, InputRole.REFERENCE), "changed from a picture that was brought and 1 other picture"),
        ((InputRole.REFERENCE, InputRole.REFERENCE), "drawn after 2 pictures"),
    ],
)
async def test_the_message_says_that_pictures_went_along(bench: Bench, roles: tuple[InputRole, ...], note: str) -> None:
    """Those that are no pictures of ours have no address."""
    job = await bring(bench, *(replace(PHOTO, role=role) for role in roles))
    await bench.work()
    assert bench.message(job).footer[0] == note
