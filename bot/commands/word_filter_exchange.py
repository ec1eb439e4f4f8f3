"""`/filter export` and `/filter import`: a community's listed words as a file, and a file's words added to its list."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from bot.commands.formatting import one_line
from bot.commands.rule_changes import LONGEST_REASON, RuleChanges
from bot.commands.spec import Command, CommandAudience
from bot.commands.word_filter import MOST_ENTRIES
from bot.domain.chat import Attachment, Post
from bot.domain.options import Text, TextFile
from bot.domain.rules import FilterImport
from bot.errors import BadInput
from bot.moderation.word_filter.exchange import read_entries, write_lists
from bot.ports.rules import Rulebook
from bot.ports.surfaces import Call
from bot.services.person_lookup import PersonLookup
from bot.services.quotas import Quotas
from bot.text import pluralize

LONGEST_LIST = 1_000_000
"""Characters of a list that is imported."""


@dataclass(frozen=True, slots=True)
class FilterExportArgs:
    """`/filter export` takes nothing."""


def filter_export(quotas: Quotas, rulebook: Rulebook) -> Command[FilterExportArgs]:
    """Build `/filter export`."""

    async def run(call: Call, args: FilterExportArgs) -> None:  # noqa: ARG001 - every command is called alike
        listed = await rulebook.filter_rules(quotas.community(call.place))
        if not listed:
            await call.whisper(Post("Nothing is listed here, so there is nothing to export."))
            return
        content = (await asyncio.to_thread(write_lists, listed)).encode()
        await call.whisper(
            Post(
                f"{pluralize(len(listed), 'entry', 'entries')}, as /filter import takes them elsewhere.",
                attachments=(Attachment("word-list.toml", "text/plain", content),),
            )
        )

    return Command(
        "filter export",
        "Get the words that are listed here as a file",
        FilterExportArgs,
        run,
        audience=CommandAudience.ADMINS,
    )


@dataclass(frozen=True, slots=True)
class FilterImportArgs:
    """What `/filter import` takes."""

    list: Annotated[str, TextFile("The list: as exported, or an entry on each line", longest=LONGEST_LIST)]
    why: Annotated[str, Text("Why, for the record", longest=LONGEST_REASON)] = ""


def filter_import(
    rule_changes: RuleChanges, people: PersonLookup, quotas: Quotas, rulebook: Rulebook
) -> Command[FilterImportArgs]:
    """Build `/filter import`."""

    async def run(call: Call, args: FilterImportArgs) -> None:
        community = quotas.community(call.place)
        entries = await asyncio.to_thread(read_entries, args.list)
        listed = {rule.key.subject.casefold() for rule in await rulebook.filter_rules(community)}
        new = {words: str(entry) for words, entry in entries.items() if words.casefold() not in listed}
        if len(listed) + len(new) > MOST_ENTRIES:
            raise BadInput(
                f"{len(new):,} new entries and the {len(listed):,} that are listed here are too many: "
                f"{MOST_ENTRIES:,} are the most, so nothing was changed. Whoever runs this bot can use longer lists."
            )
        kept = len(entries) - len(new)
        note = (
            f"Of the list, {pluralize(kept, 'entry', 'entries')} stood here already; nothing was changed about that."
            if kept
            else ""
        )
        by = await people.actor(call.person)
        entry = await rulebook.add_filter_rules(community, FilterImport(new), by, why=one_line(args.why)) if new else None
        await rule_changes.confirm(call, entry, note)

    return Command(
        "filter import",
        "Add a whole list of words; what is listed here stays as it is",
        FilterImportArgs,
        run,
        example="/filter import our mascot",
        audience=CommandAudience.ADMINS,
    )
