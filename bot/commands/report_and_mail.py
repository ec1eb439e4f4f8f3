"""Commands for anybody's pictures: report them, and have them sent."""

import structlog

from bot.commands.redraw import JobArgs
from bot.commands.spec import Command
from bot.domain.chat import Post
from bot.errors import BadInput
from bot.pipeline.delivery import Delivery
from bot.pipeline.studio import Studio
from bot.ports.reports import Reports
from bot.ports.surfaces import Call
from bot.services.gallery import Gallery

log = structlog.get_logger(__name__)


def report(studio: Studio, gallery: Gallery, reports: Reports) -> Command[JobArgs]:
    """Build the report of a job's pictures: written down with who and when, and thanked for in private."""

    async def run(call: Call, args: JobArgs) -> None:
        job = await studio.find(args.job)
        pictures = await gallery.visible(job.id)
        if not pictures:
            raise BadInput("There is no picture to report any more.")
        account = await studio.account(call.person)
        for picture in pictures:
            if await reports.add(picture.id, account.id):
                log.info("picture.reported", picture=picture.id, reporter=account.id)
        await call.whisper(Post("Thank you: your report is noted for whoever runs this bot, and nobody in the channel sees it."))

    return Command("report", "Report the pictures to whoever runs this bot", JobArgs, run, is_typed=False)


def mail(studio: Studio, gallery: Gallery, delivery: Delivery) -> Command[JobArgs]:
    """Build the sending of a job's pictures to the one who asks for it."""

    async def run(call: Call, args: JobArgs) -> None:
        job = await studio.find(args.job)
        if not await gallery.visible(job.id):
            raise BadInput("There is no picture to send any more.")
        await delivery.send(job, call.person.identity, key=call.key)

    return Command("mail", "Have the pictures sent to you alone", JobArgs, run, is_typed=False)
