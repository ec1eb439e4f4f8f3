"""Asks whether people are shown the models that they may use, and can have one of them draw."""

from datetime import timedelta

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.imagine import imagine
from bot.commands.models import models
from bot.commands.redraw import reword
from bot.domain.chat import Place
from bot.domain.image_models import ImageModelOffer, ImageModels
from bot.domain.images import Lane
from bot.domain.options import Suggestion
from bot.domain.people import PREMIUM, Person
from bot.domain.provider_state import ProviderState
from bot.errors import StorageFailed
from tests.fakes.bench import FAULT, Bench
from tests.fakes.owners import nobody
from tests.fakes.surfaces import SQUARE, person
from tests.unit.commands.hands import Hands, newest

OFFERS = ImageModels(
    (
        ImageModelOffer(name="dear", model="flux-2-max", tiers=frozenset({PREMIUM})),
        ImageModelOffer(name="painter", model="crayons", about="quick, good at colour"),
        ImageModelOffer(name="pro", model="flux-2-pro", weight=3, on_request=True),
    )
)


@pytest.fixture
def bench() -> Bench:
    """Set up a house with three models."""
    return Bench(models=OFFERS)


async def suggest(who: Person, where: Place) -> tuple[Suggestion, ...]:
    """Suggest a model to whoever asks."""
    return (Suggestion("pro", "pro – flux-2-pro"),) if where == SQUARE else ()


async def break_down(who: Person, where: Place) -> tuple[Suggestion, ...]:
    """Know nothing now."""
    raise StorageFailed("database", "away")


@pytest.fixture
def house(bench: Bench) -> Dispatcher:
    """Return the commands that have to do with models."""
    commands = (
        models(bench.quotas, bench.provider_states, bench.clock),
        imagine(bench.studio, None, suggest),
        reword(bench.studio, suggest),
    )
    return Dispatcher(commands, lambda: FAULT, nobody)


@pytest.fixture
def hands(bench: Bench, house: Dispatcher) -> Hands:
    """Return somebody's hands."""
    return Hands(bench, house)


async def test_models_lists_what_one_may_use_with_what_is_known_of_each(bench: Bench, hands: Hands) -> None:
    """And says which rests after faults, and for how long."""
    bench.provider_states.states["painter"] = ProviderState(rests_until=bench.clock.now() + timedelta(minutes=2))
    bench.provider_states.states["pro"] = ProviderState(rests_until=bench.clock.now())
    [post] = await hands.type("/models")
    assert post.text.splitlines() == [
        "The models you may ask for, as in /imagine a fox --model painter. Where one cannot draw, another one does, and says so.",
        "painter – crayons, quick, good at colour; resting for 2 minutes (usual)",
        "pro – flux-2-pro, counts 3-fold",
    ]


async def test_a_model_with_several_keys_rests_only_where_all_of_them_do() -> None:
    """For as long as the first of them does."""
    offer = ImageModelOffer(name="flux", model="flux-2-pro", accounts=("flux#1", "flux#2"))
    bench = Bench(models=ImageModels((offer,)))
    hands = Hands(bench, Dispatcher([models(bench.quotas, bench.provider_states, bench.clock)], lambda: FAULT, nobody))
    said = []
    for key, minutes in (("flux#1", 5), ("flux#2", 3)):
        bench.provider_states.states[key] = ProviderState(rests_until=bench.clock.now() + timedelta(minutes=minutes))
        [post] = await hands.type("/models")
        said.append(post.text.splitlines()[1])
    assert said == ["flux – flux-2-pro (usual)", "flux – flux-2-pro; resting for 3 minutes (usual)"]


@pytest.mark.parametrize("others", [(), (ImageModelOffer(name="later", model="crayons", lane=Lane.RELAXED, on_request=True),)])
async def test_where_nobody_draws_for_another_models_does_not_say_so(others: tuple[ImageModelOffer, ...]) -> None:
    """With one model, or with one and its relaxed lane."""
    bench = Bench(models=ImageModels((OFFERS.offers[1], *others)))
    hands = Hands(bench, Dispatcher([models(bench.quotas, bench.provider_states, bench.clock)], lambda: FAULT, nobody))
    [post] = await hands.type("/models")
    words = "The models" if others else "The model"
    assert post.text.splitlines()[0] == f"{words} you may ask for, as in /imagine a fox --model painter."


async def test_where_there_is_none_models_says_whom_to_ask() -> None:
    """Instead of an empty list."""
    bench = Bench(models=ImageModels(OFFERS.offers[:1]))
    hands = Hands(bench, Dispatcher([models(bench.quotas, bench.provider_states, bench.clock)], lambda: FAULT, nobody))
    [post] = await hands.type("/models")
    assert post.text.strip() == "There is no model here that you may use; please ask whoever looks after this bot."


async def test_a_model_that_was_asked_for_is_in_the_wish_and_counts_by_its_weight(bench: Bench, hands: Hands) -> None:
    """Three times what another one counts."""
    assert await hands.type("/imagine a fox --model Pro --count 2") == []
    assert newest(bench).wish.model == "pro"
    assert (await bench.quota_status()).held == 6


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("dear", "The model dear is for premium only, and you are registered; /models shows those that you may use."),
        ("flux-2-pro", "model can be painter or pro, not “flux-2-pro”. That model is called pro here."),
        ("no!", "model is the name of a model, such as /models shows them, not “no!”."),
    ],
)
async def test_a_model_that_cannot_draw_is_refused_in_one_sentence(bench: Bench, hands: Hands, typed: str, answer: str) -> None:
    """Nothing is counted."""
    [post] = await hands.type(f"/imagine a fox --model {typed}")
    assert post.text.removesuffix(" Nothing was counted.") == answer
    assert (await bench.quota_status()).held == 0


async def test_forms_offer_the_models_that_the_asker_may_use(bench: Bench, hands: Hands) -> None:
    """A new one, and that of Change words, which has the one that was asked for filled in."""
    offered = {"model": (Suggestion("pro", "pro – flux-2-pro"),)}
    await hands.type("/imagine")
    await hands.type("/imagine a fox --model pro")
    await hands.press("reword", newest(bench))
    assert [form.suggestions for form in hands.forms] == [offered, offered]
    assert hands.forms[1].values["model"] == "pro"


async def test_menus_are_suggested_what_this_person_may_choose(house: Dispatcher, bench: Bench) -> None:
    """Nothing for another option or command, and nothing while nobody can say."""
    assert await house.suggest("imagine", "model", person(), SQUARE) == await suggest(person(), SQUARE)
    assert await house.suggest("imagine", "shape", person(), SQUARE) == ()
    assert await house.suggest("nothing", "model", person(), SQUARE) == ()
    broken = Dispatcher([imagine(bench.studio, None, break_down)], lambda: FAULT, nobody)
    assert await broken.suggest("imagine", "model", person(), SQUARE) == ()
