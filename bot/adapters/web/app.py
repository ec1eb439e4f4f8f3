"""Puts the web front end together."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI

from bot.adapters.web.assets import Assets
from bot.adapters.web.call_routes import call_routes
from bot.adapters.web.channel import ChannelInfo, channel_routes
from bot.adapters.web.forms import Forms
from bot.adapters.web.gallery_pages import GalleryPageDependencies, gallery_page_routes
from bot.adapters.web.health import health_routes
from bot.adapters.web.live_channel import LiveChannel
from bot.adapters.web.moderation import ModerationDependencies, Moderators, moderation_routes
from bot.adapters.web.openai_api.app import OPENAI_PREFIX, build_openai_api
from bot.adapters.web.page import page_routes
from bot.adapters.web.part import PartDependencies, part_routes
from bot.adapters.web.pictures import picture_routes
from bot.adapters.web.price import price_routes
from bot.adapters.web.private_files import PrivateFiles, private_file_routes
from bot.adapters.web.problem_handlers import add_problem_handlers
from bot.adapters.web.problems import problem_for
from bot.adapters.web.rest.app import PREFIX, build_rest
from bot.adapters.web.rest.docs import docs_routes
from bot.adapters.web.rest.jobs import RestDependencies
from bot.adapters.web.security import SAFE_HEADERS, SecurityMiddleware
from bot.adapters.web.setup import SetupDependencies, setup_routes
from bot.adapters.web.share import ShareDependencies, SharePages, share_routes
from bot.adapters.web.surface import WebSurface
from bot.adapters.web.usage import usage_routes
from bot.adapters.web.visitors import Visitors
from bot.commands.dispatcher import Dispatcher
from bot.domain.health import Finding
from bot.ports.clock import Ids
from bot.ports.copy_signer import CopySigner
from bot.ports.objects import ObjectStore
from bot.ports.pictures import Pictures
from bot.ports.shared_files import SharedFiles
from bot.services.provenance import NO_COPY_SIGNER
from bot.services.usage_reports import UsageReports
from bot.services.wish_prices import WishPrices


@dataclass(frozen=True, slots=True)
class WebOptions:
    """How the page is served.

    `allowed_hosts` are the names, without a port, that browsers may reach it
    by; `is_secure` says that they come by https; `notices` are lines that the
    top bar shows; `channel` is the name of the one channel. `webhook_paths`
    are addresses of other front ends, which believe signatures, not browsers.
    `links_base` is what addresses of ours begin with, for examples.
    """

    allowed_hosts: tuple[str, ...]
    is_secure: bool
    notices: tuple[str, ...]
    channel: str = "studio"
    webhook_paths: frozenset[str] = frozenset()
    links_base: str = ""


def build_web(
    options: WebOptions,
    *,
    dispatcher: Dispatcher,
    surface: WebSurface,
    live: LiveChannel,
    pictures: Pictures,
    objects: ObjectStore,
    copy_signer: CopySigner = NO_COPY_SIGNER,
    ids: Ids,
    shared_files: SharedFiles,
    readiness: Callable[[], Awaitable[tuple[Finding, ...]]],
    extra_routers: Iterable[APIRouter] = (),
    rest_dependencies: RestDependencies | None = None,
    moderation: ModerationDependencies | None = None,
    part: PartDependencies | None = None,
    share: ShareDependencies | None = None,
    gallery: GalleryPageDependencies | None = None,
    prices: WishPrices | None = None,
    usage: UsageReports | None = None,
    setup: SetupDependencies | None = None,
) -> FastAPI:
    """Build the application, for a server that runs while `live` follows.

    `extra_routers` are the routes of front ends that only share the server;
    `rest_dependencies` is what the REST API needs,
    `moderation` what the page for moderators does, `part` what the one for
    parts of pictures does, `gallery` what those do that show
    one's own, `prices` what the controls beside the box do, `usage` and
    `setup` what the pages of these names do; none of these is there without.
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
    author_commands = frozenset(command.name for command in dispatcher.commands.values() if command.is_for_author)
    others_commands = frozenset(command.name for command in dispatcher.commands.values() if command.is_for_others)
    picture_commands = frozenset(command.name for command in dispatcher.commands.values() if command.is_for_one_picture)
    channel_info = ChannelInfo(
        options.channel,
        options.notices,
        author_commands,
        others_commands,
        picture_commands,
        is_unset=setup is not None and setup.is_offline,
    )
    assets = Assets()
    app.include_router(page_routes(assets=assets, dispatcher=dispatcher, visitors=visitors))
    app.include_router(
        channel_routes(live=live, visitors=visitors, channel_info=channel_info, is_admin_or_owner=dispatcher.is_admin_or_owner)
    )
    app.include_router(
        call_routes(
            dispatcher=dispatcher,
            surface=surface,
            visitors=visitors,
            private_files=private_files,
            forms=Forms(),
            channel=options.channel,
        )
    )
    if moderation is not None:
        moderators = Moderators(moderation.sessions, dispatcher, surface=surface, channel=options.channel)
        app.include_router(
            moderation_routes(
                moderation,
                moderators=moderators,
                dispatcher=dispatcher,
                assets=assets,
                visitors=visitors,
                private_files=private_files,
            )
        )
    if part is not None:
        app.include_router(
            part_routes(part, dispatcher=dispatcher, surface=surface, assets=assets, visitors=visitors, forms=Forms())
        )
    if share is not None:
        app.include_router(share_routes(SharePages(share, dispatcher, surface, version=assets.version), visitors))
    if gallery is not None:
        app.include_router(gallery_page_routes(gallery, assets=assets, visitors=visitors, channel=options.channel))
    if prices is not None:
        app.include_router(price_routes(prices, dispatcher=dispatcher, visitors=visitors, channel=options.channel))
    if setup is not None:
        app.include_router(
            setup_routes(setup, dispatcher=dispatcher, assets=assets, visitors=visitors, is_secure=options.is_secure)
        )
    if usage is not None:
        app.include_router(usage_routes(usage, dispatcher=dispatcher, assets=assets, visitors=visitors, channel=options.channel))
    app.include_router(private_file_routes(private_files, visitors))
    app.include_router(picture_routes(pictures=pictures, objects=objects, copy_signer=copy_signer))
    app.include_router(health_routes(readiness))
    for routes in extra_routers:
        app.include_router(routes)
    if rest_dependencies is not None:
        forms = Forms()
        rest = build_rest(rest_dependencies, forms, options.links_base)
        app.include_router(docs_routes(rest, options.links_base))
        app.mount(PREFIX, rest)
        app.mount(OPENAI_PREFIX, build_openai_api(rest_dependencies, forms))
    return app
