"""The image models that people may ask for: who may, what each counts for, and who draws where one cannot."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.images import Background, Lane
from bot.domain.inputs import InputPicture, InputRole
from bot.domain.people import Tier
from bot.domain.wishes import Wish
from bot.errors import BadInput, NotAllowed
from bot.text import join_words, pluralize, quote, suggest


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageModelOffer:
    """One provider's model under the provider's name, which is what people type.

    `about` says what it is good at. A picture of it counts `weight` times.
    `tiers` are those that may have it draw, None for all; one that is only
    `on_request` draws for nobody who did not ask for it. `accounts` are the
    names of its keys, where it has several. It takes `most_inputs` pictures to
    begin with. It draws for wishes of its `lane`, on a clear background where
    `draws_clear`, and by a seed where it `takes_seed`; one of the relaxed lane
    is on request.
    """

    name: str
    model: str
    about: str = ""
    weight: int = 1
    tiers: frozenset[Tier] | None = None
    on_request: bool = False
    accounts: tuple[str, ...] = ()
    most_inputs: int = 0
    lane: Lane = Lane.FAST
    draws_clear: bool = False
    takes_seed: bool = False

    def takes(self, inputs: Sequence[InputPicture]) -> bool:
        """Return whether it can begin with these pictures; what a mask leaves alone is kept by us where a model cannot."""
        return _count(inputs) <= self.most_inputs

    def is_for(self, tier: Tier) -> bool:
        """Return whether people of this tier may have it draw."""
        return self.tiers is None or tier in self.tiers

    @property
    def summary(self) -> str:
        """Return one line for menus: its name, the model, what it is good at, and what it counts for."""
        model = "" if self.model == self.name else self.model
        said = ", ".join(part for part in (model, self.about, self.counts, self.lane_note) if part)
        return f"{self.name} – {said}" if said else self.name

    @property
    def counts(self) -> str:
        """Return what a picture of it counts for, if that is more than usual."""
        return "" if self.weight == 1 else f"counts {self.weight}-fold"

    @property
    def lane_note(self) -> str:
        """Return what its lane means, if it does not draw at once."""
        return "" if self.lane is Lane.FAST else "relaxed: within hours"


@dataclass(frozen=True, slots=True)
class ImageModels:
    """All models on offer, in the order in which one draws where another cannot."""

    offers: tuple[ImageModelOffer, ...]

    def list_for_tier(self, tier: Tier) -> tuple[ImageModelOffer, ...]:
        """Return those that people of this tier may ask for."""
        return tuple(offer for offer in self.offers if offer.is_for(tier))

    def lane_of(self, name: str | None) -> Lane:
        """Return the lane of a model; that of one that is not there, or not named, is the fast one."""
        return next((offer.lane for offer in self.offers if offer.name == name), Lane.FAST)

    def able_to(self, wish: Wish) -> "ImageModels":
        """Return those that can do what few can: leave the background clear, or draw by a seed. All can do what is usual."""
        able = tuple(
            offer
            for offer in self.offers
            if (offer.draws_clear or wish.background is Background.FULL) and (offer.takes_seed or wish.seed is None)
        )
        return self if able == self.offers else ImageModels(able)

    def check_able_to(self, wish: Wish) -> None:
        """Check that the named model, or any where none is named, can do what only some models can.

        Raises:
            BadInput: It cannot; the sentence says which can.
        """
        if wish.background is Background.CLEAR:
            self._check_among(self.able_to(replace(wish, seed=None)), wish.model, "leave the background clear", "background")
        if wish.seed is not None:
            self._check_among(self.able_to(wish), wish.model, "draw by a seed", "seed")

    def _check_among(self, able: "ImageModels", name: str | None, what: str, option: str) -> None:
        names = [offer.name for offer in able.offers]
        if not names:
            raise BadInput(f"No image model here can {what}: leave {option} out. Nothing was counted.")
        if any(offer.name == name for offer in self.offers) and name not in names:
            raise BadInput(f"The model {name} cannot {what}: take {join_words(names)}. Nothing was counted.")

    def draws_relaxed(self, name: str | None, tier: Tier, inputs: Sequence[InputPicture] = ()) -> bool:
        """Return whether a wish for this model may go into the relaxed lane."""
        return bool(self._list_relaxed(name, tier, inputs))

    def choose(
        self, name: str | None, tier: Tier, inputs: Sequence[InputPicture] = (), lane: Lane = Lane.FAST
    ) -> ImageModelOffer:
        """Return the model that draws a wish if all goes well; without a name it is the first that the tier may use.

        Raises:
            BadInput: There is no model of this name, or not in this lane, or it cannot begin with these pictures.
            NotAllowed: The tier may not use it, or none at all.
        """
        offered = self.list_for_tier(tier)
        found = self._find(name, tier, offered) if name is not None else None
        if lane is Lane.RELAXED:
            return self._choose_relaxed(name, tier, inputs)
        if found is not None and found.lane is Lane.RELAXED:
            raise BadInput(
                f"The model {name} draws in the relaxed lane only: leave lane out, or choose relaxed. Nothing was counted."
            )
        if found is not None:
            if not found.takes(inputs):
                others = [offer.name for offer in offered if offer.takes(inputs)]
                instead = f" Take {join_words(others)} for that." if others else ""
                raise BadInput(f"The model {name} {_why_not((found,), inputs)}.{instead} Nothing was counted.")
            return found
        usual = tuple(offer for offer in offered if not offer.on_request)
        if not usual:
            raise NotAllowed(f"{_nothing_for(tier)} {_ask_for_one(offered)} Nothing was counted.")
        able = next((offer for offer in usual if offer.takes(inputs)), None)
        if able is None:
            others = [offer.name for offer in offered if offer.takes(inputs)]
            instead = f" Please choose one with model: {join_words(others)}." if others else ""
            raise BadInput(f"The image model here {_why_not(usual, inputs)}.{instead} Nothing was counted.")
        return able

    def order(self, name: str | None, tier: Tier, inputs: Sequence[InputPicture] = (), lane: Lane = Lane.FAST) -> tuple[str, ...]:
        """Return the names of those that may draw a wish, one after the other: the model that was asked for, then the usual ones.

        In the relaxed lane nobody draws at once. What was accepted is drawn even if the settings have since left nothing
        for its tier, or its lane; but by none that cannot begin with its pictures, which may be nobody.
        """
        relaxed = self._list_relaxed(name, tier, inputs) if lane is Lane.RELAXED else ()
        if relaxed:
            return tuple(offer.name for offer in relaxed)
        able = {offer.name for offer in self.offers if offer.takes(inputs)}
        return tuple(other for other in self._order(name, tier) if other in able)

    def _order(self, name: str | None, tier: Tier) -> tuple[str, ...]:
        usual = tuple(offer.name for offer in self.offers if not offer.on_request)
        permitted = {offer.name for offer in self.list_for_tier(tier) if offer.lane is Lane.FAST}
        first = (name,) if name in permitted else ()
        others = tuple(other for other in usual if other in permitted and other != name)
        return (*first, *others) or usual

    def weight(self, name: str) -> int:
        """Return how often a picture of a model counts; once where there is none of this name any more."""
        return next((offer.weight for offer in self.offers if offer.name == name), 1)

    def _list_relaxed(self, name: str | None, tier: Tier, inputs: Sequence[InputPicture]) -> tuple[ImageModelOffer, ...]:
        """Return those of the relaxed lane that draw a wish for this model: itself, or what draws the same in that lane."""
        model = next((offer.model for offer in self.offers if offer.name == name), None)
        relaxed = [offer for offer in self.list_for_tier(tier) if offer.lane is Lane.RELAXED and offer.takes(inputs)]
        able = [offer for offer in relaxed if name is None or offer.name == name or offer.model == model]
        return tuple(sorted(able, key=lambda offer: offer.name != name))

    def _choose_relaxed(self, name: str | None, tier: Tier, inputs: Sequence[InputPicture]) -> ImageModelOffer:
        if able := self._list_relaxed(name, tier, inputs):
            return able[0]
        relaxed = [offer for offer in self.offers if offer.lane is Lane.RELAXED]
        offered = [offer.name for offer in relaxed if offer.is_for(tier)]
        if offered and inputs:
            raise BadInput(
                "The relaxed lane draws from words only: leave lane out, and it is drawn at once. Nothing was counted."
            )
        if offered:
            raise BadInput(
                f"The model {name} does not draw in the relaxed lane: leave model out, or take {join_words(offered)}. "
                "Nothing was counted."
            )
        if relaxed:
            raise NotAllowed(f"The relaxed lane is not for {tier} here: leave lane out. Nothing was counted.")
        raise BadInput("There is no relaxed lane here: leave lane out, and it is drawn at once. Nothing was counted.")

    def _find(self, name: str, tier: Tier, offered: tuple[ImageModelOffer, ...]) -> ImageModelOffer:
        found = next((offer for offer in self.offers if offer.name == name), None)
        if found is None:
            known = [offer.name for offer in offered]
            called = next((offer.name for offer in offered if offer.model.lower() == name), "")
            hint = f" That model is called {called} here." if called else suggest(name, known)
            can_be = (
                f"model can be {join_words(known)}, not {quote(name)}." if known else f"There is no model {quote(name)} here."
            )
            raise BadInput(f"{can_be}{hint} Nothing was counted.")
        if found not in offered:
            tiers = join_words(sorted(found.tiers or ()))
            raise NotAllowed(
                f"The model {name} is for {tiers} only, and you are {tier}; /models shows those that you may use. "
                "Nothing was counted."
            )
        return found


def _count(inputs: Sequence[InputPicture]) -> int:
    return sum(one.role is not InputRole.MASK for one in inputs)


def _why_not(offers: Sequence[ImageModelOffer], inputs: Sequence[InputPicture]) -> str:
    """Return why none of the models takes these pictures."""
    most, count = max(offer.most_inputs for offer in offers), _count(inputs)
    if not most:
        return "draws from words only, and takes no pictures to begin with"
    return f"takes {pluralize(most, 'picture')} at most, and these are {count}"


def _nothing_for(tier: Tier) -> str:
    return f"No image model draws for {tier} here unless it is asked for by name."


def _ask_for_one(offered: tuple[ImageModelOffer, ...]) -> str:
    if offered:
        return f"Please choose one with model: {join_words([offer.name for offer in offered])}."
    return "Please ask whoever looks after this bot."
