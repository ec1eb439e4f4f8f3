"""What takes in batches and shows them, over a bench."""

from bot.commands.batch import batch, batch_cancel, batch_delete, batch_draw, batch_undelete, batch_zip
from bot.commands.dispatcher import Dispatcher, knows_cost_if
from bot.commands.redraw import again
from bot.domain.batches import Batch
from bot.domain.chat import Form, Place, Post
from bot.domain.people import Person
from bot.pipeline.batch_studio import BatchStudio
from tests.fakes.bench import FAULT, Bench
from tests.fakes.owners import nobody
from tests.fakes.surfaces import LOOM, SQUARE, FakeCall, person


class BatchSetup:
    """Each call is a new one."""

    def __init__(self, bench: Bench, *, shows_cost: bool = False) -> None:
        self.bench = bench
        self.shows_cost = shows_cost
        self.batches = bench.batches
        self.messages = bench.batch_messages_on({LOOM: bench.surface})
        self.studio = self.new_studio()
        self.calls: list[FakeCall] = []
        self.forms: list[Form] = []

    def new_studio(self) -> BatchStudio:
        """Return one as after a restart."""
        bench = self.bench
        return BatchStudio(
            batches=self.batches,
            messages=self.messages,
            jobs=bench.jobs,
            quotas=bench.quotas,
            guard=bench.guard,
            tries=bench.tries,
            sanctions=bench.sanctions,
            admission=bench.admission,
            cancellation=bench.cancellation,
            engine=bench.engine,
            clock=bench.clock,
            ids=bench.ids,
        )

    async def type(self, line: str, user: str = "ann", **options: object) -> list[Post]:
        """Have somebody type a line, with options that are given apart; return what is whispered to them."""
        call = self._call(person(user))
        if options:
            await self.dispatcher.dispatch("batch", options, call)
        else:
            await self.dispatcher.dispatch_line(line, call)
        self.forms += call.asked
        return call.whispers

    async def press(
        self, button: str, found: Batch, by: Person | None = None, at: Place = SQUARE, *, has_note: bool = False
    ) -> list[Post]:
        """Have somebody press a button of a batch, below a note or not; return what is whispered to them."""
        call = self._call(by or person(), at)
        call.has_note = has_note
        await self.dispatcher.press(f"{button}:{found.id}", call)
        return call.whispers

    async def offered(self, line: str = "/batch a {red, blue} fox") -> Batch:
        """Have ann make an offer."""
        await self.type(line)
        return list(self.batches.rows.values())[-1]

    async def drawn(self, line: str = "/batch a {red, blue} fox") -> Batch:
        """Have her confirm it, and all of it drawn and shown."""
        found = await self.offered(line)
        await self.press("batch-draw", found)
        await self.bench.work()
        await self.messages.show(found.id)
        return self.batches.rows[found.id]

    def shown(self, found: Batch) -> Post:
        """Return what its message says now."""
        message = self.batches.rows[found.id].message
        assert message is not None
        return self.bench.surface.shown[message.id]

    def _call(self, by: Person, at: Place = SQUARE) -> FakeCall:
        call = FakeCall(self.bench.surface, f"batch-call-{len(self.calls)}", by=by, at=at)
        self.calls.append(call)
        return call

    @property
    def dispatcher(self) -> Dispatcher:
        """The commands of batches."""
        commands = (
            batch(self.studio, knows_cost_if(nobody, is_for_all=self.shows_cost)),
            batch_draw(self.studio),
            batch_cancel(self.studio),
            batch_delete(self.studio, self.bench.gallery, self.messages),
            batch_undelete(self.studio, self.bench.gallery, self.messages),
            batch_zip(self.studio, "http://easel.test"),
            again(self.bench.studio),
        )
        return Dispatcher(commands, lambda: FAULT, nobody)
