"""`GET /api/price`: what the options beside the box count for, and what is left today."""

import json

from fastapi import APIRouter, Request, Response

from bot.adapters.web.page_context import PageContext
from bot.commands.spec import AnyCommand
from bot.domain.inputs import MOST_INPUTS
from bot.domain.options import Number, PictureFile
from bot.domain.wishes import Draft
from bot.errors import BadInput
from bot.services.wish_prices import WishPrice, WishPrices

_WORDS = "words"
_MOST_OPTIONS = 20
_PICTURES = Number("How many pictures go along", least=0, most=MOST_INPUTS)


def price_routes(prices: WishPrices, web: PageContext) -> APIRouter:
    """Build `/api/price`: the query has options of the command that takes plain words; without any, only the day is told.

    Of pictures it says how many there are.
    """
    routes = APIRouter()
    command = next((one for one in web.dispatcher.commands.values() if one.takes_plain_words), None)

    @routes.get("/api/price")
    async def tell_price(request: Request) -> Response:
        person, refusal, draft, pictures = web.visitors.identify(request).person, "", None, 0
        typed = dict(request.query_params)
        try:
            pictures = _PICTURES.parse("picture", typed.pop("picture", 0))
            draft = _draft(command, typed) if command is not None else None
        except BadInput as error:
            refusal = error.user_text
        price = await prices.price(person, web.place, draft, pictures=pictures)
        return Response(_to_json(price, refusal), media_type="application/json", headers={"Cache-Control": "no-store"})

    return routes


def _draft(command: AnyCommand, typed: dict[str, str]) -> Draft | None:
    """Return the draft that these options ask for.

    Raises:
        BadInput: One is unknown, or not what it should be.
    """
    if not typed:
        return None
    if len(typed) > _MOST_OPTIONS:
        raise BadInput("That are more options than there are.")
    known = [option for option in command.options if not isinstance(option.kind, PictureFile)]
    words = {option.name: _WORDS for option in known if option.is_required}
    if brought := next((name for name in typed if name not in {option.name for option in known}), None):
        raise BadInput(f"There is no option {brought[:40]}.")
    args = command.parse(words | {name: value for name, value in typed.items() if value and name not in words})
    draft = getattr(args, "draft", args)
    return draft if isinstance(draft, Draft) else None


def _to_json(price: WishPrice, refusal: str) -> str:
    return json.dumps(
        {
            "counts": price.pictures,
            "is_enough": price.has_enough,
            "left": price.status.left,
            "limit": price.status.limit,
            "credits": price.status.credits,
            "refills_at": price.refills_at.isoformat(),
            "refusal": refusal or price.refusal,
        },
        ensure_ascii=False,
    )
