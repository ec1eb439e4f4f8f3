"""The page itself: its files, and what its completion knows."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from bot.adapters.web.completion import describe_commands
from bot.adapters.web.compression import compress_text
from bot.adapters.web.languages import preferred_language
from bot.adapters.web.page_context import PageContext
from bot.adapters.web.problems import problem_for
from bot.adapters.web.surface import WEB
from bot.commands.translations import load_translations
from bot.domain.chat import Place


def page_routes(web: PageContext) -> APIRouter:
    """Build `/`, `/static` and `/api/commands`."""
    routes = APIRouter()
    translations = load_translations()

    @routes.api_route("/", methods=["GET", "HEAD"])
    async def show_page(request: Request) -> Response:
        response = send(request, "index.html")
        web.visitors.remember(web.visitors.identify(request), response)
        return response

    @routes.api_route("/static/{name}", methods=["GET", "HEAD"])
    async def show_file(request: Request, name: str) -> Response:
        return send(request, name)

    @routes.api_route("/static/{version}/{name}", methods=["GET", "HEAD"])
    async def show_version(request: Request, version: str, name: str) -> Response:
        return send(request, name, version)

    @routes.get("/api/commands")
    async def show_commands(request: Request) -> Response:
        person = web.visitors.identify(request).person
        permitted = await web.dispatcher.permitted_commands(person)
        language = preferred_language(request, translations.texts_by_language)
        described = await describe_commands(permitted, person, Place(WEB, "", ""), translations, language)
        content = described.model_dump_json()
        body, headers = compress_text(request, content)
        return Response(body, media_type="application/json", headers=headers | {"Cache-Control": "no-store"})

    def send(request: Request, name: str, version: str = "") -> Response:
        found = web.assets.send(name, request, version=version)
        return found or problem_for(request, HTTPStatus.NOT_FOUND, "There is nothing at this address.")

    return routes
