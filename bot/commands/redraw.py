"""The buttons that draw once more: the same again, another take, other words, or a safer wording."""

from dataclasses import dataclass, replace
from typing import Annotated

from bot.commands.spec import Command, Suggest
from bot.domain.chat import Form
from bot.domain.inputs import name_inputs_of
from bot.domain.jobs import Job
from bot.domain.money import FREE
from bot.domain.options import JobRef
from bot.domain.wishes import Rewriting
from bot.errors import BadInput
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call


@dataclass(frozen=True, slots=True)
class JobArgs:
    """What a button under a job's message carries."""

    job: Annotated[str, JobRef("The job whose button was pressed")]


async def find_with_words(studio: Studio, id_: str, call: Call) -> Job:
    """Return the job of a button.

    Raises:
        BadInput: There is none, or its words are not kept any more.
        NotYours: It begins with pictures that somebody else brought.
    """
    job = await studio.find(id_)
    if job.wish.inputs:
        await studio.find_own(id_, call)
    if job.erased_at is not None:
        raise BadInput("The words of that picture are not kept any more; type /imagine with new ones. Nothing was counted.")
    return job


def again(studio: Studio) -> Command[JobArgs]:
    """Build the Again button: the same words once more with another seed, since the same seed may give the same picture."""

    async def run(call: Call, args: JobArgs) -> None:
        job = await find_with_words(studio, args.job, call)
        prepared = (
            replace(job.prepared_prompt, cost=FREE) if job.prepared_prompt else None
        )  # they were paid for with the first job
        await studio.accept(replace(job.wish, seed=None), call, prepared)

    return Command("again", "Draw the same words once more", JobArgs, run, is_typed=False)


def vary(studio: Studio) -> Command[JobArgs]:
    """Build the Vary button: the same subject, seen another way."""

    async def run(call: Call, args: JobArgs) -> None:
        job = await find_with_words(studio, args.job, call)
        drawn = job.prepared_prompt.text if job.prepared_prompt else job.wish.prompt
        await studio.accept(replace(job.wish, variation_of=drawn, rewriting=Rewriting.ON, seed=None), call)

    return Command("vary", "Draw the same subject another way", JobArgs, run, is_typed=False)


def reword(studio: Studio, suggest_models: Suggest | None = None) -> Command[JobArgs]:
    """Build the Change words button: a form with what was asked for, which becomes a wish of the person who sends it.

    The job's inputs are taken along unseen.
    """

    async def run(call: Call, args: JobArgs) -> None:
        job = await find_with_words(studio, args.job, call)
        models = await suggest_models(call.person, call.place) if suggest_models else ()
        pictures = {"picture": name_inputs_of(job.id)} if job.wish.inputs else {}
        await call.ask(Form("imagine", {**job.wish.to_options(), **pictures}, {"model": models}))

    return Command("reword", "Change the words and draw again", JobArgs, run, is_typed=False, opens_form=True)


def safer(studio: Studio) -> Command[JobArgs]:
    """Build the button that draws the wording offered with a refusal."""

    async def run(call: Call, args: JobArgs) -> None:
        job = await find_with_words(studio, args.job, call)
        if job.ending is None or job.ending.safer is None:
            raise BadInput("There is no safer wording for that one; Change words lets you write your own.")
        await studio.accept(replace(job.wish, prompt=job.ending.safer, variation_of=None), call)

    return Command("safer", "Draw the wording that would pass", JobArgs, run, is_typed=False)
