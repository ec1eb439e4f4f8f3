"""What the routes of a page are built with, for one that is served alone."""

from bot.adapters.web.assets import Assets
from bot.adapters.web.newcomers import Newcomers
from bot.adapters.web.page_context import PageContext
from bot.adapters.web.private_files import PrivateFiles
from bot.adapters.web.surface import WebSurface
from bot.adapters.web.visitors import Visitors
from bot.commands.dispatcher import Dispatcher
from storage.events.local import LocalEvents
from storage.limits.local import LocalRateLimiter
from storage.no_shared_files import NoSharedFiles
from tests.fakes.bench import Bench
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.page_messages import MemoryPageMessages


def page_context(dispatcher: Dispatcher, *, is_secure: bool = False) -> PageContext:
    """Return it, with an empty channel and visitors who are counted."""
    ids = CountingIds()
    surface = WebSurface(MemoryPageMessages(StoppedClock(), ids), LocalEvents())
    private_files = PrivateFiles(ids, NoSharedFiles())
    visitors = Visitors(CountingIds(), is_secure=False)
    bench = Bench()
    newcomers = Newcomers(bench.quotas, LocalRateLimiter(bench.clock))
    return PageContext(dispatcher, surface, Assets(), visitors, newcomers, private_files, "studio", is_secure)
