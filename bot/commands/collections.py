"""`/collection`: pictures under a name, for oneself or for everybody who is here."""

from dataclasses import dataclass
from typing import Annotated

from bot.commands.gallery import GalleryPages
from bot.commands.redraw import JobArgs
from bot.commands.rule_changes import list_post
from bot.commands.share import where_it_opens
from bot.commands.spec import Command
from bot.domain.chat import Form, Link, Post
from bot.domain.collections import LONGEST_NAME, MOST_COLLECTIONS, Collection, CollectionAudience, CollectionId, collection_name
from bot.domain.options import Choice, Text
from bot.domain.people import HOUSE, AccountId
from bot.domain.pictures import Picture, PictureState
from bot.domain.shares import ShareId
from bot.errors import BadInput, NotYours
from bot.pipeline.studio import Studio
from bot.ports.clock import Clock, Ids
from bot.ports.collections import Collections
from bot.ports.surfaces import Call
from bot.services.picture_links import PictureLinks
from bot.services.picture_lookup import LONGEST_LINK, PictureLookup
from bot.services.quotas import Quotas
from bot.text import pluralize

_MOST_SHOWN = 10
_LONGEST_TYPED = 4 * LONGEST_NAME
_STANDS = {
    CollectionAudience.ME: "yours alone",
    CollectionAudience.COMMUNITY: "shared here",
    CollectionAudience.EVERYBODY: "shared by a link",
}
_WHO = {
    CollectionAudience.ME: "you alone look at it",
    CollectionAudience.COMMUNITY: "everybody here may look at it, with your words,",
    CollectionAudience.EVERYBODY: "everybody with the link sees its pictures, and not your words,",
}
_WHO_OF_THE_HOUSE = "all who use easel here, on its page or in private chats may look at it, with your words,"
"""Where nobody has a community of their own, and in direct messages: that is more people than one sees."""

_NAME = Text("The collection's name", longest=_LONGEST_TYPED)


@dataclass(frozen=True, slots=True)
class NameArgs:
    """What names a collection."""

    name: Annotated[str, _NAME]


@dataclass(frozen=True, slots=True)
class AddArgs:
    """What `/collection add` takes."""

    name: Annotated[str, _NAME]
    link: Annotated[
        str | None, Text("Link of a picture of yours, or the id that /gallery says; usually your newest", longest=LONGEST_LINK)
    ] = None


@dataclass(frozen=True, slots=True)
class RemoveArgs:
    """What `/collection remove` takes."""

    name: Annotated[str, _NAME]
    link: Annotated[
        str | None, Text("Only take this picture out; without it the collection goes, and pictures stay", longest=LONGEST_LINK)
    ] = None


@dataclass(frozen=True, slots=True)
class OpenArgs:
    """What `/collection share` takes."""

    name: Annotated[str, _NAME]
    audience: Annotated[CollectionAudience, Choice("Who may look at it", CollectionAudience)] = CollectionAudience.COMMUNITY


@dataclass(frozen=True, slots=True)
class CollectionListArgs:
    """`/collection list` takes nothing."""


class CallerCollections:
    """Finds the caller's collections."""

    def __init__(
        self, *, studio: Studio, collections: Collections, lookup: PictureLookup, quotas: Quotas, clock: Clock, ids: Ids
    ) -> None:
        self.collections = collections
        self._studio = studio
        self._lookup = lookup
        self._quotas = quotas
        self._clock = clock
        self._ids = ids

    async def add(self, call: Call, typed: str, link: str | None, newest: tuple[Picture, ...]) -> tuple[Collection, int]:
        """Put pictures into a collection, made where there is none; return it with how many pictures they were."""
        name, account = collection_name(typed), await self.account(call)
        pictures = newest if link is None else await self._own_pictures(account, link)
        if not pictures:
            raise BadInput("You have no picture yet that could be put there. Type /imagine and say what you would like to see.")
        collection = await self.collections.find(account, name.casefold()) or await self._make(call, account, name)
        await self.collections.put(collection.id, [picture.id for picture in pictures], self._clock.now())
        return collection, len(pictures)

    async def open_to(self, collection: Collection, audience: CollectionAudience) -> ShareId | None:
        """Set who may see a collection, and return its page: a new one if it is opened to everybody, else its present one."""
        page = None
        if audience is CollectionAudience.EVERYBODY:
            page = collection.page if collection.audience is audience else ShareId(self._ids.new())
        await self.collections.open_to(collection.id, audience, page)
        return page

    async def take_out(self, collection: Collection, link: str) -> int:
        """Take what is named out of a collection, hidden pictures too, and return how many."""
        return await self.collections.take_out(collection.id, [one.id for one in (await self._lookup.find(link)).pictures])

    async def find_own(self, call: Call, typed: str) -> Collection:
        """Return one of the caller's collections.

        Raises:
            BadInput: They have none of that name.
        """
        found = await self.collections.find(await self.account(call), collection_name(typed).casefold())
        if found is None:
            raise BadInput("You have no collection of that name; /collection list shows those that there are.")
        return found

    async def find(self, call: Call, typed: str) -> Collection:
        """Return a collection of the caller's, or one that somebody shares here; raises as `find_own` does."""
        key, account = collection_name(typed).casefold(), await self.account(call)
        listed = await self.collections.list_visible(account, self._quotas.community(call.place))
        found = next((one.collection for one in listed if one.collection.name_key == key), None)
        return found or await self.find_own(call, typed)

    def check_is_of_here(self, collection: Collection, call: Call) -> None:
        """Check that the collection would be shown to people of this community.

        Raises:
            BadInput: It was made in another community, whose people would see it.
        """
        if collection.community != self._quotas.community(call.place):
            raise BadInput(f"{collection.name} was made elsewhere, so it can only be shared there. Nothing was changed.")

    async def account(self, call: Call) -> AccountId:
        """Return the caller's account."""
        return (await self._studio.account(call.person)).id

    async def list_for(self, call: Call) -> Post:
        """Return a line for each collection that the caller may see."""
        account = await self.account(call)
        listed = await self.collections.list_visible(account, self._quotas.community(call.place))
        if not listed:
            return Post("There are no collections here yet: /collection add NAME puts your newest picture into one.")
        lines = []
        for one in listed:
            whose = "somebody else's" if one.collection.account != account else _STANDS[one.collection.audience]
            lines.append(f"{one.collection.name} · {pluralize(one.pictures, 'picture')} · {whose}")
        return list_post(f"{pluralize(len(lines), 'collection')}:", lines, title="Collections")

    async def _make(self, call: Call, account: AccountId, name: str) -> Collection:
        community = self._quotas.community(call.place)
        mine = [one for one in await self.collections.list_visible(account, community) if one.collection.account == account]
        if len(mine) >= MOST_COLLECTIONS:
            raise BadInput(f"You have {MOST_COLLECTIONS} collections, which is the most; /collection remove drops one.")
        new = Collection(
            id=CollectionId(self._ids.new()), account=account, community=community, name=name, created_at=self._clock.now()
        )
        return await self.collections.add(new)

    async def _own_pictures(self, account: AccountId, link: str) -> tuple[Picture, ...]:
        found = await self._lookup.find(link)
        if found.job.account != account:
            raise NotYours("Only your own pictures can be put into a collection.")
        visible = tuple(one for one in found.pictures if one.state is PictureState.VISIBLE)
        if not visible:
            raise BadInput("That picture was deleted or taken down, or is not drawn yet, so nothing was changed.")
        return visible


def collection_add(caller: CallerCollections, pages: GalleryPages) -> Command[AddArgs]:
    """Build `/collection add`."""

    async def run(call: Call, args: AddArgs) -> None:
        newest = () if args.link else await pages.newest(call, 1)
        collection, count = await caller.add(call, args.name, args.link, newest)
        await call.whisper(
            Post(f"{pluralize(count, 'picture')} put into {collection.name}: /collection show {collection.name} looks at it.")
        )

    return Command(
        "collection add",
        "Put a picture into a collection",
        AddArgs,
        run,
        example="/collection add best foxes --link https://easel.example/p/abc.png",
    )


def collect() -> Command[JobArgs]:
    """Build the Collect button: a form asks for the name."""

    async def run(call: Call, args: JobArgs) -> None:
        await call.ask(Form("collection add", {"link": args.job}, shown=("name",)))

    return Command("ask_collect", "Put it into a collection", JobArgs, run, is_typed=False, opens_form=True)


def collection_list(caller: CallerCollections) -> Command[CollectionListArgs]:
    """Build `/collection list`."""

    async def run(call: Call, args: CollectionListArgs) -> None:  # noqa: ARG001 - every command is called alike
        await call.whisper(await caller.list_for(call))

    return Command("collection list", "See your collections, and those that are shared here", CollectionListArgs, run)


def collection_show(caller: CallerCollections, pages: GalleryPages) -> Command[NameArgs]:
    """Build `/collection show`."""

    async def run(call: Call, args: NameArgs) -> None:
        collection = await caller.find(call, args.name)
        found = await caller.collections.pictures(collection.id, _MOST_SHOWN)
        if not found:
            raise BadInput(f"There is no picture in {collection.name} that can be seen; /collection add puts one there.")
        await pages.show(call, found, f"{collection.name}: the newest {len(found)}" if len(found) > 1 else f"{collection.name}:")

    return Command("collection show", "Look at a collection", NameArgs, run, example="/collection show best foxes")


def collection_remove(caller: CallerCollections) -> Command[RemoveArgs]:
    """Build `/collection remove`."""

    async def run(call: Call, args: RemoveArgs) -> None:
        collection = await caller.find_own(call, args.name)
        if args.link is None:
            await caller.collections.remove(collection.id)
            await call.whisper(Post(f"The collection {collection.name} is gone; its pictures stay in /gallery."))
            return
        count = await caller.take_out(collection, args.link)
        if not count:
            raise BadInput(f"That picture is not in {collection.name}, so nothing was changed.")
        await call.whisper(Post(f"{pluralize(count, 'picture')} taken out of {collection.name}."))

    return Command("collection remove", "Take a picture out of a collection, or drop it", RemoveArgs, run)


def collection_share(caller: CallerCollections, links: PictureLinks) -> Command[OpenArgs]:
    """Build `/collection share`."""

    async def run(call: Call, args: OpenArgs) -> None:
        collection = await caller.find_own(call, args.name)
        if args.audience is CollectionAudience.COMMUNITY:
            caller.check_is_of_here(collection, call)
        page = await caller.open_to(collection, args.audience)
        address = "" if page is None else links.share(page)
        opened = (Link("Open", address),) if address else ()
        is_house = args.audience is CollectionAudience.COMMUNITY and collection.community == HOUSE
        said = f"{collection.name}: {_WHO_OF_THE_HOUSE if is_house else _WHO[args.audience]} from now on."
        await call.whisper(Post(f"{said}{where_it_opens(links)}\n{address}" if address else said, links=opened))

    return Command("collection share", "Say who may look at a collection", OpenArgs, run)
