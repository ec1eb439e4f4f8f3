"""Who may have which model draw, and who draws where it cannot."""

from dataclasses import replace

import pytest

from bot.domain.image_models import ImageModelOffer, ImageModels
from bot.domain.images import Background, Lane
from bot.domain.inputs import InputPicture, InputRole
from bot.domain.people import GUEST, PREMIUM, REGISTERED, Tier
from bot.domain.wishes import Wish
from bot.errors import BadInput, NotAllowed
from tests.fakes.inputs import an_input

PRO = ImageModelOffer(
    name="pro", model="flux-2-pro", about="good at light", weight=3, tiers=frozenset({PREMIUM, REGISTERED}), on_request=False
)
PLAIN = ImageModelOffer(name="plain", model="plain")
BIG = ImageModelOffer(name="big", model="flux-2-max", on_request=True)
MODELS = ImageModels((PRO, PLAIN, BIG))


def test_a_menu_shows_what_is_known_of_a_model() -> None:
    """Its name, what it is, what it is good at, what it counts for; nothing twice."""
    assert PRO.summary == "pro – flux-2-pro, good at light, counts 3-fold"
    assert PLAIN.summary == "plain"
    assert BIG.summary == "big – flux-2-max"


def test_each_tier_is_offered_what_it_may_use() -> None:
    """Those of all tiers too, and those on request."""
    assert MODELS.list_for_tier(GUEST) == (PLAIN, BIG)
    assert MODELS.list_for_tier(PREMIUM) == (PRO, PLAIN, BIG)


def test_without_a_name_the_first_that_the_tier_may_use_draws() -> None:
    """Never one on request."""
    assert MODELS.choose(None, PREMIUM) == PRO
    assert MODELS.choose(None, GUEST) == PLAIN
    assert MODELS.choose("big", GUEST) == BIG


def refusal(error: type[BadInput] | type[NotAllowed], models: ImageModels, name: str | None) -> str:
    """Return what a guest is told."""
    with pytest.raises(error) as caught:
        models.choose(name, GUEST)
    return caught.value.user_text


def test_whoever_may_not_use_a_model_is_told_who_may() -> None:
    """One sentence, and what to do."""
    assert refusal(NotAllowed, MODELS, "pro") == (
        "The model pro is for premium or registered only, and you are guest; /models shows those that you may use. "
        "Nothing was counted."
    )


def test_a_name_that_is_none_is_told_with_those_that_are() -> None:
    """With what was probably meant; whoever types the model's own name is told what it is called here."""
    assert refusal(BadInput, MODELS, "plan") == "model can be plain or big, not “plan”. Did you mean plain? Nothing was counted."
    assert refusal(BadInput, MODELS, "flux-2-max") == (
        "model can be plain or big, not “flux-2-max”. That model is called big here. Nothing was counted."
    )
    assert refusal(BadInput, ImageModels((PRO,)), "plan") == "There is no model “plan” here. Nothing was counted."


def test_a_tier_for_which_nothing_draws_by_itself_is_told_what_to_choose() -> None:
    """Or whom to ask."""
    assert refusal(NotAllowed, ImageModels((PRO, BIG)), None) == (
        "No image model draws for guest here unless it is asked for by name. Please choose one with model: big. "
        "Nothing was counted."
    )
    assert "Please ask whoever looks after this bot." in refusal(NotAllowed, ImageModels((PRO,)), None)


def test_the_model_that_was_asked_for_draws_first_and_the_usual_ones_after_it() -> None:
    """As far as the tier may use them; nobody is handed to one that is on request."""
    assert MODELS.order(None, PREMIUM) == ("pro", "plain")
    assert MODELS.order("plain", PREMIUM) == ("plain", "pro")
    assert MODELS.order("big", GUEST) == ("big", "plain")


def test_what_was_accepted_is_drawn_though_its_model_is_gone() -> None:
    """By those that there are, and by all of them where the tier has lost the last one."""
    assert MODELS.order("gone", GUEST) == ("plain",)
    assert ImageModels((PRO, BIG)).order("gone", GUEST) == ("pro",)


READER = ImageModelOffer(name="reader", model="reader", most_inputs=2)
EDITOR = ImageModelOffer(name="editor", model="editor", most_inputs=16, on_request=True)
BASE, MASK = an_input("base"), an_input("mask", InputRole.MASK)


def test_who_begins_with_pictures_draws_what_begins_with_some() -> None:
    """The first that takes so many, and nobody else where it fails."""
    models = ImageModels((PLAIN, READER, EDITOR))
    assert models.choose(None, GUEST) == PLAIN
    assert models.choose(None, GUEST, [BASE, BASE]) == READER
    assert models.choose("editor", GUEST, [BASE, MASK]) == EDITOR
    assert models.order(None, GUEST, [BASE]) == ("reader",)
    assert models.order("editor", GUEST, [BASE]) == ("editor", "reader")
    assert models.order("editor", GUEST, [BASE, MASK]) == ("editor", "reader")
    assert models.order(None, GUEST, [BASE, MASK]) == ("reader",)


@pytest.mark.parametrize(
    ("offers", "name", "inputs", "says"),
    [
        (
            (PLAIN, READER),
            "plain",
            [BASE],
            "The model plain draws from words only, and takes no pictures to begin with. Take reader",
        ),
        ((PLAIN,), "plain", [BASE], "takes no pictures to begin with. Nothing"),
        ((PLAIN,), None, [BASE], "The image model here draws from words only, and takes no pictures to begin with. Nothing"),
        ((PLAIN, EDITOR), None, [BASE], "takes no pictures to begin with. Please choose one with model: editor. Nothing"),
        ((READER,), None, [BASE] * 3, "The image model here takes 2 pictures at most, and these are 3. Nothing"),
        ((READER,), None, [BASE] * 3 + [MASK], "takes 2 pictures at most, and these are 3. Nothing"),
    ],
)
def test_what_a_model_cannot_begin_with_is_told(
    offers: tuple[ImageModelOffer, ...], name: str | None, inputs: list[InputPicture], says: str
) -> None:
    """With who can."""
    with pytest.raises(BadInput) as caught:
        ImageModels(offers).choose(name, GUEST, inputs)
    assert says in caught.value.user_text


LATER = ImageModelOffer(name="later", model="plain", on_request=True, lane=Lane.RELAXED, tiers=frozenset({PREMIUM}))
NIGHT = ImageModelOffer(name="night", model="moon", on_request=True, lane=Lane.RELAXED, tiers=frozenset({PREMIUM}))
LANES = ImageModels((PLAIN, BIG, NIGHT, LATER))


def test_a_wish_of_the_relaxed_lane_is_drawn_there_and_by_nobody_else() -> None:
    """By what was named, or by what draws the same model there; without a name by the first."""
    assert LANES.order(None, PREMIUM, lane=Lane.RELAXED) == ("night", "later")
    assert LANES.order("later", PREMIUM, lane=Lane.RELAXED) == ("later",)
    assert LANES.order("plain", PREMIUM, lane=Lane.RELAXED) == ("later",)
    assert LANES.choose("plain", PREMIUM, lane=Lane.RELAXED) == LATER
    assert LANES.choose(None, PREMIUM, lane=Lane.RELAXED) == NIGHT
    assert LATER.summary == "later – plain, relaxed: within hours"


def test_what_the_relaxed_lane_has_lost_is_drawn_at_once() -> None:
    """And the relaxed one never draws at once."""
    assert LANES.order(None, GUEST, lane=Lane.RELAXED) == ("plain",)
    assert LANES.order("later", PREMIUM) == ("plain",)


def test_a_named_model_says_which_lane_is_meant() -> None:
    """Where nobody says it."""
    assert [LANES.lane_of(name) for name in ("later", "plain", "nobody", None)] == [Lane.RELAXED, *[Lane.FAST] * 3]
    assert LANES.draws_relaxed("plain", PREMIUM)
    assert not LANES.draws_relaxed("big", PREMIUM)


@pytest.mark.parametrize(
    ("models", "name", "tier", "lane", "inputs", "said"),
    [
        (
            LANES,
            "later",
            PREMIUM,
            Lane.FAST,
            (),
            "The model later draws in the relaxed lane only: leave lane out, or choose relaxed.",
        ),
        (
            LANES,
            "big",
            PREMIUM,
            Lane.RELAXED,
            (),
            "The model big does not draw in the relaxed lane: leave model out, or take night",
        ),
        (LANES, None, GUEST, Lane.RELAXED, (), "The relaxed lane is not for guest here: leave lane out."),
        (LANES, None, PREMIUM, Lane.RELAXED, (BASE,), "The relaxed lane draws from words only: leave lane out"),
        (MODELS, None, GUEST, Lane.RELAXED, (), "There is no relaxed lane here: leave lane out, and it is drawn at once."),
    ],
)
def test_a_lane_that_cannot_be_had_is_said(
    *, models: ImageModels, name: str | None, tier: Tier, lane: Lane, inputs: tuple[InputPicture, ...], said: str
) -> None:
    """With what to do."""
    with pytest.raises((BadInput, NotAllowed)) as caught:
        models.choose(name, tier, inputs, lane)
    assert caught.value.user_text.startswith(said)


GLASS = ImageModelOffer(name="glass", model="glass", draws_clear=True)
SHEET = ImageModelOffer(name="sheet", model="sheet", draws_clear=True, on_request=True)
DICE = ImageModelOffer(name="dice", model="dice", takes_seed=True)
CLEAR, SEEDED = Wish(prompt="a fox", background=Background.CLEAR), Wish(prompt="a fox", seed=7)


def test_what_few_can_is_drawn_by_those() -> None:
    """What is usual all draw."""
    models = ImageModels((PLAIN, GLASS, SHEET, DICE))
    assert models.able_to(Wish(prompt="a fox")) is models
    assert models.able_to(CLEAR).order(None, GUEST) == ("glass",)
    assert models.able_to(SEEDED).order(None, GUEST) == ("dice",)
    for name in (None, "glass", "sheet", "nobody"):
        models.check_able_to(replace(CLEAR, model=name))
    models.check_able_to(Wish(prompt="a fox", model="plain"))
    models.check_able_to(replace(SEEDED, model="dice"))


@pytest.mark.parametrize(
    ("offers", "wish", "says"),
    [
        ((PLAIN, GLASS), replace(CLEAR, model="plain"), "The model plain cannot leave the background clear: take glass."),
        ((PLAIN,), CLEAR, "No image model here can leave the background clear: leave background out."),
        ((PLAIN, DICE), replace(SEEDED, model="plain"), "The model plain cannot draw by a seed: take dice."),
        ((PLAIN,), SEEDED, "No image model here can draw by a seed: leave seed out."),
        ((GLASS, DICE), replace(CLEAR, seed=7), "No image model here can draw by a seed: leave seed out."),
    ],
)
def test_who_cannot_is_told(offers: tuple[ImageModelOffer, ...], wish: Wish, says: str) -> None:
    """Before anything is counted."""
    with pytest.raises(BadInput) as refused:
        ImageModels(offers).check_able_to(wish)
    assert refused.value.user_text == f"{says} Nothing was counted."
