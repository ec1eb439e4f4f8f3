"""Time leaps in these tests too, because commands start whole pipelines."""

from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator

import pytest

from bot.commands.collections import (
    CallerCollections,
    collect,
    collection_add,
    collection_list,
    collection_remove,
    collection_share,
    collection_show,
)
from bot.commands.dispatcher import Dispatcher, knows_cost_if
from bot.commands.edit import ask_edit, edit, use_reference
from bot.commands.favourites import favourite, star, unfavourite
from bot.commands.gallery import GalleryPages, older_pictures, show_gallery
from bot.commands.help import help_command
from bot.commands.imagine import imagine
from bot.commands.lineage import back, forward, history
from bot.commands.pictures import cancel, delete, undelete
from bot.commands.redraw import again, reword, safer, vary
from bot.commands.removed_pictures import why
from bot.commands.share import CallerShares, share, share_again, unshare
from bot.commands.show import show
from bot.commands.spec import AnyCommand
from bot.commands.translations import Translations
from bot.commands.wishes import WishPages, older_wishes
from bot.services.picture_links import PictureLinks
from tests.fakes.bench import FAULT, Bench
from tests.fakes.collections import MemoryCollections
from tests.fakes.fast_forward_loop import FastForwardLoop
from tests.fakes.logs import plain_log
from tests.fakes.owners import nobody, own_locale
from tests.fakes.picture_search import MemoryPictureSearch
from tests.fakes.wish_history import MemoryWishHistory
from tests.unit.commands.hands import Hands


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> dict[str, Callable[[], AbstractEventLoop]]:
    """Return every test here the loop that leaps."""
    return {"leaping": FastForwardLoop}


@pytest.fixture
def bench() -> Bench:
    """Set up a house on the workbench."""
    return Bench()


def share_commands(bench: Bench, links: PictureLinks) -> tuple[AnyCommand, ...]:
    """Return what shares pictures under links such as these."""
    desk = CallerShares(studio=bench.studio, lookup=bench.lookup, sharing=bench.sharing, links=links)
    return (share(desk), unshare(desk), share_again(desk, shows_words=True), share_again(desk, shows_words=False))


def gallery_pages(bench: Bench) -> GalleryPages:
    """Return what shows pages of pictures."""
    return GalleryPages(
        studio=bench.studio,
        gallery=bench.gallery,
        search=MemoryPictureSearch(bench.jobs),
        links=bench.links,
        sent_messages=bench.sent_messages,
        quotas=bench.quotas,
        clock=bench.clock,
    )


def wish_pages(bench: Bench, *, shows_cost: bool = False) -> WishPages:
    """Return what lists wishes."""
    return WishPages(
        studio=bench.studio,
        history=MemoryWishHistory(bench.jobs),
        links=bench.links,
        sent_messages=bench.sent_messages,
        knows_cost=knows_cost_if(nobody, is_for_all=shows_cost),
    )


def collection_desk(bench: Bench) -> CallerCollections:
    """Return what keeps collections."""
    return CallerCollections(
        studio=bench.studio,
        collections=MemoryCollections(bench.jobs),
        lookup=bench.lookup,
        quotas=bench.quotas,
        clock=bench.clock,
        ids=bench.ids,
    )


def collection_commands(desk: CallerCollections, pages: GalleryPages, links: PictureLinks) -> tuple[AnyCommand, ...]:
    """Return what people do with collections."""
    return (
        collection_list(desk),
        collection_add(desk, pages),
        collect(),
        collection_show(desk, pages),
        collection_remove(desk),
        collection_share(desk, links),
    )


@pytest.fixture
def house(bench: Bench) -> Dispatcher:
    """Return all the commands of the house."""
    pages, wishes, desk = gallery_pages(bench), wish_pages(bench), collection_desk(bench)
    commands: tuple[AnyCommand, ...] = (
        imagine(bench.studio, bases=bench.bases),
        edit(bench.studio, bench.bases, bench.turning),
        ask_edit(bench.studio, bench.bases),
        use_reference(bench.studio, bench.bases),
        back(bench.studio, bench.turning),
        forward(bench.studio, bench.turning),
        history(bench.studio, bench.bases, bench.lineage, bench.links, bench.sent_messages),
        show_gallery(pages, wishes),
        older_pictures(pages),
        older_wishes(wishes),
        star(bench.studio, bench.gallery, bench.lookup),
        favourite(bench.studio, bench.gallery),
        unfavourite(bench.studio, bench.gallery),
        show(bench.studio, bench.lookup, bench.copies),
        *share_commands(bench, bench.links),
        *collection_commands(desk, pages, bench.links),
        again(bench.studio),
        vary(bench.studio),
        reword(bench.studio),
        safer(bench.studio),
        cancel(bench.studio, bench.delivery),
        delete(bench.studio, bench.gallery, bench.delivery),
        undelete(bench.studio, bench.gallery, bench.delivery),
        why(bench.studio, bench.gallery),
    )
    return Dispatcher((*commands, help_command(commands, Translations(), own_locale, nobody)), lambda: FAULT, nobody)


@pytest.fixture
def hands(bench: Bench, house: Dispatcher) -> Hands:
    """Return somebody's hands."""
    return Hands(bench, house)


@pytest.fixture(autouse=True)
def log() -> Iterator[None]:
    """Keep the log quick and readable."""
    with plain_log():
        yield
