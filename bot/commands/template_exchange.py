"""`/template export` and `/template import`: templates as a file, and a file's templates added to one's own."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from bot.commands.dispatcher import IsOwner
from bot.commands.spec import Command
from bot.commands.template_changes import check_may_change
from bot.commands.templates import suggest_templates
from bot.domain.chat import Attachment, Post
from bot.domain.options import Choice, TextFile
from bot.domain.template_options import TemplateRef
from bot.domain.templates import TemplateScope
from bot.pipeline.template_pictures import TemplatePictures
from bot.ports.surfaces import Call
from bot.services.template_files import LONGEST_FILE, read_templates, write_templates
from bot.services.templates import WHERE, TemplateShelf
from bot.text import join_words, pluralize


@dataclass(frozen=True, slots=True)
class TemplateExportArgs:
    """What `/template export` takes."""

    name: Annotated[str | None, TemplateRef("Only this one; all of them if left out")] = None
    whose: Annotated[TemplateScope, Choice("Whose to export, where no name says it", TemplateScope)] = TemplateScope.MINE


def template_export(shelf: TemplateShelf) -> Command[TemplateExportArgs]:
    """Build `/template export`."""

    async def run(call: Call, args: TemplateExportArgs) -> None:
        if args.name is not None:
            found = [(await shelf.find(call.person, call.place, args.name)).template]
        else:
            found = [kept.template for kept in await shelf.all(call.person, call.place, args.whose)]
        if not found:
            await call.whisper(Post(f"There is no template {WHERE[args.whose]}, so there is nothing to export."))
            return
        content = write_templates(found).encode()
        left_out = " Their pictures are not in the file." if any(template.pictures for template in found) else ""
        await call.whisper(
            Post(
                f"{pluralize(len(found), 'template')}, as /template import takes them elsewhere.{left_out}",
                attachments=(Attachment("templates.toml", "text/plain", content),),
            )
        )

    return Command(
        "template export",
        "Get templates as a file",
        TemplateExportArgs,
        run,
        example="/template export poster",
        suggestions={"name": suggest_templates(shelf)},
    )


@dataclass(frozen=True, slots=True)
class TemplateImportArgs:
    """What `/template import` takes."""

    file: Annotated[str, TextFile("The templates, as exported", longest=LONGEST_FILE)]
    whose: Annotated[TemplateScope, Choice("Whose they become; the community's are for admins", TemplateScope)] = (
        TemplateScope.MINE
    )


def template_import(shelf: TemplateShelf, is_owner: IsOwner, pictures: TemplatePictures) -> Command[TemplateImportArgs]:
    """Build `/template import`."""

    async def run(call: Call, args: TemplateImportArgs) -> None:
        await check_may_change(call.person, args.whose, is_owner)
        templates = await asyncio.to_thread(read_templates, args.file)
        replaced = await shelf.save(call.person, call.place, args.whose, templates)
        await pictures.drop([picture for template in replaced for picture in template.pictures])
        changed = [template.name for template in replaced]
        note = (
            f" Of these, {join_words(changed, 'and')} stood there before and {_are(changed)} as in the file now."
            if changed
            else ""
        )
        names = join_words([template.name for template in templates], "and")
        await call.whisper(Post(f"{pluralize(len(templates), 'template')} {WHERE[args.whose]} kept: {names}.{note}"))

    return Command(
        "template import",
        "Keep the templates of a file; those of the same name are changed",
        TemplateImportArgs,
        run,
    )


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"
