"""A house whose visitors have pictures, as many as a test wants, without any of them being drawn."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from hashlib import sha256

from bot.adapters.web.gallery import GalleryDependencies
from bot.adapters.web.gallery_actions import ActionDependencies
from bot.adapters.web.gallery_pages import GalleryPageDependencies, gallery_page_routes
from bot.adapters.web.picture_page import PictureDependencies
from bot.adapters.web.surface import WEB
from bot.commands.redraw import vary
from bot.domain.inputs import InputPicture, InputRole
from bot.domain.jobs import JobId, JobState
from bot.domain.people import AccountId, Identity, Person
from bot.domain.pictures import Picture, PictureId, PictureState
from bot.domain.wishes import Wish
from bot.pipeline.deletion import SeveralDeletion
from tests.contract.examples import a_file, a_hold, a_job
from tests.fakes.bench import Bench
from tests.fakes.clock import NOON
from tests.fakes.collections import MemoryCollections
from tests.fakes.jobs import Kept, Row
from tests.fakes.picture_search import MemoryPictureSearch
from tests.fakes.studio import png
from tests.fakes.surfaces import RecordingSurface
from tests.fakes.web_house import WebHouse

FILE = replace(a_file("of-the-wall"), width=640, height=480)
"""The file of every picture."""


class Wall:
    """Hangs pictures up, each a minute after the other."""

    def __init__(self) -> None:
        self.surface = RecordingSurface()
        self.bench = Bench(surfaces={WEB: self.surface})
        self.collections = MemoryCollections(self.bench.jobs)
        self.bench.objects.objects[FILE.key] = (png(FILE.width, FILE.height), FILE.media_type)

    @cached_property
    def pages(self) -> GalleryPageDependencies:
        """What the pages need."""
        bench = self.bench
        gallery = GalleryDependencies(
            quotas=bench.quotas,
            gallery=bench.gallery,
            search=MemoryPictureSearch(bench.jobs, self.collections),
            pictures=bench.pictures,
            jobs=bench.jobs,
            collections=self.collections,
            clock=bench.clock,
        )
        picture = PictureDependencies(
            pictures=bench.pictures, jobs=bench.jobs, lineage=bench.lineage, sharing=bench.sharing, links=bench.links
        )
        deletion = SeveralDeletion(gallery=bench.gallery, delivery=bench.delivery, jobs=bench.jobs)
        return GalleryPageDependencies(gallery, picture, ActionDependencies(deletion, bench.jobs, bench.pictures, bench.objects))

    @property
    def house(self) -> WebHouse:
        """The house that the pages are of."""
        bench = self.bench
        pages = (partial(gallery_page_routes, self.pages),)
        return WebHouse(pages=pages, pictures=bench.pictures, objects=bench.objects, commands=(vary(bench.studio),))

    async def account(self, cookie: str) -> AccountId:
        """Return the account of a browser that keeps this cookie."""
        return (await self.bench.studio.account(Person(Identity(WEB, "", user_of(cookie)), "Amber"))).id

    async def hang(self, cookie: str, *prompts: str, size: int = 1, changed: PictureId | None = None) -> tuple[PictureId, ...]:
        """Have jobs of `size` pictures done for these words, the oldest first, and return the pictures.

        They may be changes of another picture.
        """
        account, hung = await self.account(cookie), []
        for prompt in prompts:
            number = len(self.bench.jobs.rows)
            at = NOON - timedelta(days=10) + timedelta(minutes=number)
            job = replace(
                a_job(f"job-{number:04}", account, wish=Wish(prompt=prompt, count=size, inputs=_base(changed))),
                author=Person(Identity(WEB, "", user_of(cookie)), "Amber"),
                state=JobState.DONE,
                created_at=at,
                kept_at=at,
                finished_at=at,
            )
            hold = a_hold(account, size)
            self.bench.jobs.rows[job.id] = Row(job, hold, held=0, day=hold.allowance.day, spent=size, is_notified=True)
            hung += [self._keep(job.id, position, account, at) for position in range(size)]
        return tuple(hung)

    def _keep(self, job: JobId, position: int, account: AccountId, at: datetime) -> PictureId:
        id_ = PictureId(f"{job}-{position}")
        picture = Picture(id=id_, job=job, position=position, file=FILE, state=PictureState.VISIBLE)
        self.bench.jobs.kept[id_] = Kept(picture, account, at)
        return id_


def _base(parent: PictureId | None) -> tuple[InputPicture, ...]:
    if parent is None:
        return ()
    return (
        InputPicture(
            key=FILE.key,
            role=InputRole.BASE,
            source=FILE.sha256,
            media_type=FILE.media_type,
            width=FILE.width,
            height=FILE.height,
            size_bytes=FILE.size_bytes,
            parent=parent,
        ),
    )


def user_of(cookie: str) -> str:
    """Return who a browser is that keeps this cookie."""
    return sha256(cookie.encode()).hexdigest()[:32]
