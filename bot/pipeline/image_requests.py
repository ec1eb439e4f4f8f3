"""Fits a wish to what a provider can do: the request of one paid call, and notes on what that changes."""

import hashlib
from dataclasses import dataclass, replace

from bot.domain.images import Abilities, DrawingId, ImageRequest, Lane, Quality, Size
from bot.domain.inputs import InputContent
from bot.domain.jobs import Job
from bot.domain.money import Cost
from bot.domain.wishes import LARGEST_SEED, Wish
from bot.pipeline.pseudonyms import pseudonym
from bot.pipeline.wish_calls import CallShare
from bot.ports.images import Provider


@dataclass(frozen=True, slots=True)
class ProviderChoice:
    """Who draws how many, from which pictures, and why another one does not; empty where it is the first.

    `smaller` is a size for which there may be memory, and `part` says which
    part of the first picture is changed, to a model that takes no mask.
    """

    provider: Provider
    share: CallShare
    why_not: str = ""
    inputs: tuple[InputContent, ...] = ()
    smaller: Size | None = None
    part: str = ""


def build_request(job: Job, choice: ProviderChoice, drawing: DrawingId) -> tuple[ImageRequest, tuple[str, ...]]:
    """Return the wish fitted to what the provider can do, with notes on what that changes."""
    provider, wish, abilities = choice.provider, job.wish, choice.provider.abilities
    size, quality = choice.smaller or abilities.fit(wish.wanted_size), abilities.fit_quality(wish.quality)
    because = f", because {choice.why_not}" if choice.why_not else ""
    notes = [f"{provider.attribution}{because}", _how_drawn(size, quality, wish, abilities)]
    if choice.smaller:
        notes.append(f"smaller than usual, because the service has not enough memory for {abilities.fit(wish.wanted_size)}")
    if wish.lane is Lane.RELAXED and abilities.lane is Lane.FAST:
        notes.append("the relaxed lane had no time for it within a day, so it was drawn at once; it counts as relaxed")
    if wish.size and size != wish.size:
        notes.append(f"this model does not draw {wish.size}")
    elif size.shape is not wish.wanted_size.shape:
        notes.append(f"this model does not draw {wish.shape} pictures")
    if quality is not wish.quality:
        notes.append(f"this model has no {wish.quality} quality")
    if choice.part:
        notes.append("what was not marked was kept by easel")
    seed = _seed(wish, drawing) if abilities.takes_seed else None
    if seed is not None and wish.count == 1:
        notes.append(f"seed {seed}")
    prompt = job.prepared_prompt.text if job.prepared_prompt else wish.prompt
    request = ImageRequest(
        drawing=drawing,
        prompt=f"{prompt}\n\n{choice.part}" if choice.part else prompt,
        size=size,
        quality=quality,
        count=choice.share.take(abilities.most),
        author=pseudonym(job.account),
        previews=wish.previews,
        inputs=choice.inputs,
        background=wish.background,
        format=wish.format if wish.format in abilities.formats and not choice.part else None,
        seed=seed,
    )
    return request, tuple(notes)


def estimate_cost(provider: Provider, request: ImageRequest) -> Cost:
    """Return what a call probably costs, with the pictures that it begins with."""
    drawn = provider.estimate(request.size, request.quality, request.count)
    read = provider.abilities.input_cost
    return drawn + replace(read, microusd=len(request.inputs) * read.microusd) if request.inputs else drawn


def _seed(wish: Wish, drawing: DrawingId) -> int:
    """Return the seed that was asked for, or one of the drawing's own, so that the picture can be drawn again."""
    if wish.seed is not None:
        return wish.seed
    return int.from_bytes(hashlib.blake2s(drawing.encode(), digest_size=4).digest()) & LARGEST_SEED


def _how_drawn(size: Size, quality: Quality, wish: Wish, abilities: Abilities) -> str:
    """Return how a wish is drawn: the size, the quality where there is a choice or it was asked for, and the lane."""
    is_only_quality = len(abilities.qualities) == 1 and quality is wish.quality
    parts = [
        str(size),
        *([] if is_only_quality else [f"{quality} quality"]),
        *(["relaxed"] if abilities.lane is Lane.RELAXED else []),
    ]
    return ", ".join(parts)
