"""Who may have which model draw, and who draws where it cannot."""

import pytest

from bot.domain.image_models import ImageModelOffer, ImageModels
from bot.domain.inputs import InputPicture, InputRole
from bot.domain.people import GUEST, PREMIUM, REGISTERED
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
    assert MODELS.offered_to(GUEST) == (PLAIN, BIG)
    assert MODELS.offered_to(PREMIUM) == (PRO, PLAIN, BIG)


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
EDITOR = ImageModelOffer(name="editor", model="editor", most_inputs=16, takes_mask=True, on_request=True)
BASE, MASK = an_input("base"), an_input("mask", InputRole.MASK)


def test_who_begins_with_pictures_draws_what_begins_with_some() -> None:
    """The first that takes so many, and nobody else where it fails."""
    models = ImageModels((PLAIN, READER, EDITOR))
    assert models.choose(None, GUEST) == PLAIN
    assert models.choose(None, GUEST, [BASE, BASE]) == READER
    assert models.choose("editor", GUEST, [BASE, MASK]) == EDITOR
    assert models.order(None, GUEST, [BASE]) == ("reader",)
    assert models.order("editor", GUEST, [BASE]) == ("editor", "reader")
    assert models.order("editor", GUEST, [BASE, MASK]) == ("editor",)
    assert models.order(None, GUEST, [BASE, MASK]) == ()


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
        ((READER,), "reader", [BASE, MASK], "The model reader takes no mask. Nothing"),
    ],
)
def test_what_a_model_cannot_begin_with_is_told(
    offers: tuple[ImageModelOffer, ...], name: str | None, inputs: list[InputPicture], says: str
) -> None:
    """With who can."""
    with pytest.raises(BadInput) as caught:
        ImageModels(offers).choose(name, GUEST, inputs)
    assert says in caught.value.user_text
