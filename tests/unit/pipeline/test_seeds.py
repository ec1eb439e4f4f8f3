"""Asks whether a picture can be had again by its seed: what was asked for is given, and else one that people are told."""

from dataclasses import replace

import pytest

from bot.domain.images import Abilities, Size
from bot.domain.jobs import Job
from bot.domain.wishes import LARGEST_SEED, Draft
from bot.errors import BadInput
from tests.fakes.bench import Bench
from tests.fakes.images import ScriptedProvider

SEEDED = Abilities(sizes=(Size(1024, 1024),), most=2, takes_seed=True)


async def ask(bench: Bench, **asked: int) -> Job:
    """Have a fox drawn, and return its job."""
    await bench.studio.accept(Draft(prompt="a fox", **asked), bench.call())  # type: ignore[arg-type]  # options of a draft
    await bench.work()
    return bench.job(next(row.job for row in bench.jobs.rows.values()))


@pytest.mark.parametrize("seed", [0, 7, LARGEST_SEED])
async def test_the_seed_that_was_asked_for_is_given_and_told(seed: int) -> None:
    """It is in the record too."""
    bench = Bench(painter=ScriptedProvider(abilities=SEEDED))
    job = await ask(bench, seed=seed)
    assert [request.seed for request in bench.painter.requests] == [seed]
    assert f"seed {seed}" in bench.message(job).footer
    assert (job.wish.seed, job.wish.to_options()["seed"]) == (seed, str(seed))


async def test_without_one_the_drawings_own_is_told_by_which_it_can_be_had_again() -> None:
    """Each drawing has another."""
    bench = Bench(painter=ScriptedProvider(abilities=SEEDED))
    first, second = await bench.draw(key="1"), await bench.draw(key="2")
    seeds = [request.seed for request in bench.painter.requests]
    assert None not in seeds
    assert len(set(seeds)) == 2
    for job, seed in zip((first, second), seeds, strict=True):
        assert f"seed {seed}" in bench.message(job).footer
        assert job.wish.seed is None


async def test_of_several_pictures_nobody_could_tell_whose_seed_it_is() -> None:
    """So none is told."""
    bench = Bench(painter=ScriptedProvider(abilities=SEEDED))
    job = await ask(bench, count=2)
    assert not any("seed" in line for line in bench.message(job).footer)


async def test_a_model_without_seeds_is_given_none() -> None:
    """And nothing is said of it."""
    bench = Bench()
    job = await ask(bench)
    assert [request.seed for request in bench.painter.requests] == [None]
    assert not any("seed" in line for line in bench.message(job).footer)


async def test_where_one_takes_seeds_no_other_draws_in_its_place() -> None:
    """It would be another picture."""
    other = ScriptedProvider("dice", SEEDED)
    bench = Bench(others=(other,))
    await ask(bench, seed=7)
    assert (bench.painter.requests, [request.seed for request in other.requests]) == ([], [7])


@pytest.mark.parametrize(
    ("able", "count", "says"),
    [
        (SEEDED, 2, "A seed gives the same picture each time: leave count or seed out. Nothing was counted."),
        (replace(SEEDED, takes_seed=False), 1, "No image model here can draw by a seed: leave seed out. Nothing was counted."),
    ],
)
async def test_what_makes_no_sense_is_refused_before_anything_counts(able: Abilities, count: int, says: str) -> None:
    """One sentence."""
    bench = Bench(painter=ScriptedProvider(abilities=able))
    with pytest.raises(BadInput) as refused:
        await ask(bench, seed=7, count=count)
    assert refused.value.user_text == says
    assert (await bench.quota_status()).left == 20
