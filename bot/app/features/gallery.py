"""The pictures that are kept: seeing, deleting and sending them."""

from bot.app.services import FeatureServices
from bot.commands.collections import (
    CallerCollections,
    collect,
    collection_add,
    collection_list,
    collection_remove,
    collection_share,
    collection_show,
)
from bot.commands.favourites import favourite, star, unfavourite
from bot.commands.gallery import GalleryPages, older_pictures, show_gallery
from bot.commands.mail import mail
from bot.commands.pictures import delete, undelete
from bot.commands.removed_pictures import why
from bot.commands.show import show
from bot.commands.spec import AnyCommand
from bot.commands.wishes import WishPages, older_wishes
from storage.sql.collections import SqlCollections
from storage.sql.picture_search import SqlPictureSearch
from storage.sql.wish_history import SqlWishHistory


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/gallery`, and the buttons under pictures."""
    studio, found = services.studio, services.pictures
    gallery, delivery, links, lookup = found.gallery, found.delivery, found.links, found.lookup
    pages = GalleryPages(
        studio=studio,
        gallery=gallery,
        search=SqlPictureSearch(services.base.database),
        links=links,
        sent_messages=services.base.records.sent_messages,
        quotas=services.quotas,
        clock=services.base.clock,
    )
    wishes = WishPages(
        studio=studio,
        history=SqlWishHistory(services.base.database),
        links=links,
        sent_messages=services.base.records.sent_messages,
        knows_cost=services.knows_cost,
    )
    caller = CallerCollections(
        studio=studio,
        collections=SqlCollections(services.base.database),
        lookup=lookup,
        quotas=services.quotas,
        clock=services.base.clock,
        ids=services.base.ids,
    )
    return (
        show_gallery(pages, wishes),
        older_pictures(pages),
        older_wishes(wishes),
        collection_list(caller),
        collection_add(caller, pages),
        collect(),
        collection_show(caller, pages),
        collection_remove(caller),
        collection_share(caller, links),
        delete(studio, gallery, delivery),
        undelete(studio, gallery, delivery),
        show(studio, lookup, found.copies),
        star(studio, gallery, lookup),
        favourite(studio, gallery),
        unfavourite(studio, gallery),
        mail(studio, gallery, found.copies),
        why(studio, gallery),
    )
