"""Puts the web front end together."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI

from bot.adapters.web.assets import Assets
from bot.adapters.web.call_routes import call_routes
from bot.adapters.web.channel import ChannelInfo, channel_routes
from bot.adapters.web.forms import Forms
from bot.adapters.web.live_channel import LiveChannel
from bot.adapters.web.newcomers import Newcomers
from bot.adapters.web.openai_api.app import OPENAI_PREFIX, build_openai_api
from bot.adapters.web.page import page_routes
from bot.adapters.web.page_context import PageContext, PageRoutes
from bot.adapters.web.private_files import PrivateFiles, private_file_routes
from bot.adapters.web.problem_handlers import add_problem_handlers
from bot.adapters.web.problems import problem_for
from bot.adapters.web.rest.app import PREFIX, build_rest
from bot.adapters.web.rest.docs import docs_routes
from bot.adapters.web.rest.jobs import RestDependencies
from bot.adapters.web.security import SAFE_HEADERS, SecurityMiddleware
from bot.adapters.web.surface import WebSurface
from bot.adapters.web.visitors import Visitors
from bot.commands.dispatcher import Dispatcher
from bot.ports.clock import Ids
from bot.ports.shared_files import SharedFiles


@dataclass(frozen=True, slots=True)
class WebOptions:
    """How the page is served.

    `allowed_hosts` are the names, without a port, that browsers may reach it
    by; `is_secure` says that they come by https; `notices` are lines that the
    top bar shows; `channel` is the name of the one channel. `webhook_paths`
    are addresses of other front ends, which believe signatures, not browsers.
    `links_base` is what addresses of ours begin with, for examples; `is_unset`
    says that no model draws yet.
    """

    allowed_hosts: tuple[str, ...]
    is_secure: bool
    notices: tuple[str, ...]
    channel: str = "studio"
    webhook_paths: frozenset[str] = frozenset()
    links_base: str = ""
    is_unset: bool = False


def build_web(
    options: WebOptions,
    *,
    dispatcher: Dispatcher,
    surface: WebSurface,
    live: LiveChannel,
    ids: Ids,
    newcomers: Newcomers,
    shared_files: SharedFiles,
    pages: Iterable[PageRoutes] = (),
    extra_routers: Iterable[APIRouter] = (),
    rest_dependencies: RestDependencies | None = None,
) -> FastAPI:
    """Build the application, for a server that runs while `live` follows.

    `pages` are those beside the channel's own; `extra_routers` are routes that
    only share the server, such as those of other front ends; the REST API is
    there where `rest_dependencies` has what it needs.
    """
    app = FastAPI(title="easel", openapi_url=None, docs_url=None, redoc_url=None)
    app.add_middleware(
        SecurityMiddleware,
        allowed_hosts=options.allowed_hosts,
        webhook_paths=options.webhook_paths,
        api_prefixes=(f"{PREFIX}/", f"{OPENAI_PREFIX}/"),
    )
    add_problem_handlers(
        app,
        problem_for,
        not_found="There is nothing at this address.",
        not_allowed="That cannot be done with this address.",
        fault_headers=SAFE_HEADERS,
    )
    visitors, private_files = Visitors(ids, is_secure=options.is_secure), PrivateFiles(ids, shared_files)
    web = PageContext(
        dispatcher, surface, Assets(), visitors, newcomers, private_files, options.channel, is_secure=options.is_secure
    )
    channel = channel_routes(live, _describe_channel(options, dispatcher), web)
    for routes in (page_routes(web), channel, call_routes(web), *(build(web) for build in pages)):
        app.include_router(routes)
    for routes in (private_file_routes(private_files, visitors), *extra_routers):
        app.include_router(routes)
    if rest_dependencies is not None:
        forms = Forms()
        rest = build_rest(rest_dependencies, forms, options.links_base)
        app.include_router(docs_routes(rest, options.links_base))
        app.mount(PREFIX, rest)
        app.mount(OPENAI_PREFIX, build_openai_api(rest_dependencies, forms))
    return app


def _describe_channel(options: WebOptions, dispatcher: Dispatcher) -> ChannelInfo:
    commands = dispatcher.commands.values()
    return ChannelInfo(
        options.channel,
        options.notices,
        author_commands=frozenset(command.name for command in commands if command.is_for_author),
        others_commands=frozenset(command.name for command in commands if command.is_for_others),
        picture_commands=frozenset(command.name for command in commands if command.is_for_one_picture),
        is_unset=options.is_unset,
    )
