"""`/filter`: words that may not be drawn at a place, besides those that are drawn nowhere."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from bot.commands.formatting import one_line
from bot.commands.rule_changes import LONGEST_REASON, RuleChanges, list_post
from bot.commands.rule_texts import filter_text
from bot.commands.spec import Command, CommandAudience
from bot.domain.chat import Post
from bot.domain.options import Choice, Text
from bot.domain.prompt_text import LONGEST_PROMPT, Language
from bot.domain.rules import FilterAction, FilterEntry, FilterVersion, Rule, RuleKey, RuleKind
from bot.errors import BadInput
from bot.moderation.word_filter import Hit, Severity
from bot.moderation.word_filter.community import find_problem
from bot.moderation.word_filter.lists import LONGEST_PHRASE
from bot.ports.rules import Rulebook
from bot.ports.surfaces import Call
from bot.services.quotas import Quotas
from bot.text import pluralize, quote

MOST_ENTRIES = 10_000
"""Of one community."""

_MOST_SHOWN = 100
_LONGEST_CATEGORY = 32


class Examiner(Protocol):
    """Finds listed words, and returns the form in which it read them."""

    async def examine(self, prompt: str, listed: FilterVersion | None) -> tuple[Hit | None, str]:
        """Return what is found, and the form in which it was found."""
        ...


@dataclass(frozen=True, slots=True)
class FilterAddArgs:
    """What `/filter add` takes."""

    words: Annotated[str, Text("Words, or a pattern between slashes", longest=LONGEST_PROMPT)]
    action: Annotated[FilterAction, Choice("What becomes of prompts with them", FilterAction)] = FilterAction.BLOCK
    language: Annotated[Language | None, Choice("The language whose simple inflections match too", Language)] = None
    category: Annotated[str, Text("Your name for this kind of words", longest=_LONGEST_CATEGORY)] = "community"
    why: Annotated[str, Text("Why, for the record", longest=LONGEST_REASON)] = ""


def filter_add(rule_changes: RuleChanges, quotas: Quotas, rulebook: Rulebook) -> Command[FilterAddArgs]:
    """Build `/filter add`."""

    async def run(call: Call, args: FilterAddArgs) -> None:
        words, entry = one_line(args.words), FilterEntry(args.action, _check_category(args.category), args.language or "")
        problem = await asyncio.to_thread(find_problem, words, entry)
        if problem is not None:
            raise BadInput(f"{problem} Nothing was changed.")
        listed = await rulebook.filter_rules(quotas.community(call.place))
        if len(listed) >= MOST_ENTRIES and all(rule.key.subject != words for rule in listed):
            raise BadInput(f"{MOST_ENTRIES:,} entries are the most; nothing was changed. Remove some, or use a pattern.")
        note = "That counts from the next request on." if entry.action is not FilterAction.ALLOW else _ALLOWED_NOTE
        await rule_changes.change(call, _key(words), str(entry), why=args.why, note=note)

    return Command(
        "filter add",
        "List words that may not be drawn here, or that may",
        FilterAddArgs,
        run,
        example="/filter add our mascot",
        audience=CommandAudience.ADMINS,
    )


@dataclass(frozen=True, slots=True)
class FilterRemoveArgs:
    """What `/filter remove` takes."""

    words: Annotated[str, Text("The words, as /filter list shows them", longest=LONGEST_PROMPT)]
    why: Annotated[str, Text("Why, for the record", longest=LONGEST_REASON)] = ""


def filter_remove(rule_changes: RuleChanges, quotas: Quotas, rulebook: Rulebook) -> Command[FilterRemoveArgs]:
    """Build `/filter remove`."""

    async def run(call: Call, args: FilterRemoveArgs) -> None:
        words = one_line(args.words)
        listed = await rulebook.filter_rules(quotas.community(call.place))
        found = next((rule.key.subject for rule in listed if rule.key.subject.casefold() == words.casefold()), None)
        if found is None:
            raise BadInput(f"{quote(words)} is not listed here, so nothing was changed; /filter list shows what is.")
        await rule_changes.change(call, _key(found), None, why=args.why)

    return Command(
        "filter remove",
        "Take words off the list",
        FilterRemoveArgs,
        run,
        example="/filter remove our mascot",
        audience=CommandAudience.ADMINS,
    )


@dataclass(frozen=True, slots=True)
class FilterListArgs:
    """What `/filter list` takes."""

    words: Annotated[str, Text("Only entries with this in them", longest=LONGEST_REASON)] = ""


def filter_list(quotas: Quotas, rulebook: Rulebook) -> Command[FilterListArgs]:
    """Build `/filter list`."""

    async def run(call: Call, args: FilterListArgs) -> None:
        wanted = one_line(args.words).casefold()
        listed = await rulebook.filter_rules(quotas.community(call.place))
        await call.whisper(_list_entries([rule for rule in listed if wanted in rule.key.subject.casefold()], wanted))

    return Command("filter list", "See which words are listed here", FilterListArgs, run, audience=CommandAudience.ADMINS)


@dataclass(frozen=True, slots=True)
class FilterTestArgs:
    """What `/filter test` takes."""

    words: Annotated[str, Text("Words as somebody would ask for them", longest=LONGEST_PROMPT)]


def filter_test(quotas: Quotas, rulebook: Rulebook, examiner: Examiner) -> Command[FilterTestArgs]:
    """Build `/filter test`."""

    async def run(call: Call, args: FilterTestArgs) -> None:
        listed = await rulebook.filter_version(quotas.community(call.place))
        hit, seen = await examiner.examine(args.words, listed)
        if hit is None:
            await call.whisper(Post("Nothing is found in that, so the word filter lets it through. Models judge it after that."))
            return
        await call.whisper(
            Post(
                f"That {_OUTCOMES[hit.severity]}: {quote(hit.entry)} of {hit.category} ({hit.list_name}) is found "
                f"in {quote(seen)}."
            )
        )

    return Command(
        "filter test",
        "Try what the word filter makes of words, without drawing",
        FilterTestArgs,
        run,
        example="/filter test a photo of our m4scot",
        audience=CommandAudience.ADMINS,
    )


_ALLOWED_NOTE = "From the next request on nothing is found inside of these words, but for what is drawn nowhere."
_OUTCOMES = {
    Severity.BLOCK: "would be refused",
    Severity.REVIEW: "would be drawn, and shown to moderators",
    Severity.WARN: "would be drawn, with a word to whoever asks",
}


def _key(words: str) -> RuleKey:
    return RuleKey(RuleKind.FILTER, words)


def _check_category(typed: str) -> str:
    name = typed.strip().lower().replace(" ", "-")
    if not name.replace("-", "").replace("_", "").isalnum():
        raise BadInput(f"A category is a word of letters, digits, - and _, not {quote(typed)}. Nothing was changed.")
    return name


def _list_entries(rules: Sequence[Rule], wanted: str) -> Post:
    own = "Words that are refused everywhere are not in this list; /filter test tries any."
    if not rules:
        what = f"with {quote(wanted)} in it " if wanted else ""
        return Post(f"Nothing {what}is listed here. {own}")
    lines = [_entry_line(rule.key.subject, FilterEntry.parse(rule.value)) for rule in rules[:_MOST_SHOWN]]
    more = len(rules) - len(lines)
    rest = f" {more:,} more are not shown: name some words to see fewer." if more else ""
    return list_post(f"{pluralize(len(rules), 'entry', 'entries')} here.{rest} {own}", lines, title="Entries")


def _entry_line(words: str, entry: FilterEntry) -> str:
    return f"{quote(words, LONGEST_PHRASE)}: {filter_text(entry)}"
