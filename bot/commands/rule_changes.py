"""Changes of rules, each confirmed with an Undo button, and the audit log of them, which `/audit` shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.commands import rule_texts
from bot.commands.formatting import moment_text, one_line
from bot.commands.setting_values import format_setting
from bot.commands.spec import Command, CommandAudience
from bot.domain.allowances import DayExtension, allowance
from bot.domain.brand import BrandPart
from bot.domain.chat import Button, Details, Place, Post, rich_post
from bot.domain.limits import SETTINGS, DeploymentLimits, apply_setting_rules, format_zone
from bot.domain.options import Number, Text
from bot.domain.people import AccountId, Identity, Person, Tier
from bot.domain.rich_text import RichText, TextPart
from bot.domain.rules import EVERYBODY, PERSON_SUBJECT, AuditEntry, AuditEntryId, Change, Rule, RuleKey, RuleKind
from bot.errors import BadInput
from bot.ports.clock import Clock
from bot.ports.rules import Rulebook
from bot.ports.surfaces import Call
from bot.services.person_lookup import PersonLookup
from bot.services.quotas import Quotas
from bot.text import pluralize

LONGEST_REASON = 200
"""Characters of a reason."""

_A_PAGE = 10
_MOST_IN_TEXT, _MOST_IN_FOLD = 1200, 2800
"""Characters of lines that are shown at once, and folded: what every platform shows whole."""


_ZONE = RuleKey(RuleKind.SETTING, "zone")


def confirmation_post(text: TextPart, entry: AuditEntry | None) -> Post:
    """Return the confirmation of a change, with its Undo button; None stands for a change that changed nothing."""
    if entry is None:
        return Post("It is so already; nothing was changed.")
    return rich_post(text, buttons=(Button("Undo", "undo", entry.id),))


class RuleChanges:
    """Changes rules for the caller, and confirms the changes. `deployment` is what holds where nothing is set."""

    def __init__(
        self, *, rulebook: Rulebook, quotas: Quotas, people: PersonLookup, deployment: DeploymentLimits, clock: Clock
    ) -> None:
        self._rulebook = rulebook
        self._quotas = quotas
        self._people = people
        self._deployment = deployment
        self._clock = clock

    async def change(self, call: Call, key: RuleKey, value: str | None, *, why: str = "", note: TextPart = "") -> None:
        """Set a rule of the caller's community, or remove it, and confirm that. `note` is shown below."""
        community, by = self._quotas.community(call.place), await self._people.actor(call.person)
        change = Change(community=community, key=key, value=value, by=by, why=one_line(why))
        await self.confirm(call, await self._rulebook.change(change), note)

    async def undo(self, call: Call, entry: AuditEntryId) -> None:
        """Undo an entry of the caller's community, and confirm that.

        Raises:
            BadInput: There is none there, or it cannot be undone.
        """
        found = await self._rulebook.find(entry)
        if found is None or found.community != self._quotas.community(call.place):
            raise BadInput("That change is not on record, so nothing was undone; /audit lists the last ones.")
        zone = await self._zone_to_restore(found, call) if found.key == _ZONE else found.before
        if zone != found.before:
            await self.change(call, _ZONE, zone, why="Undo", note="The day that has begun goes on; no limit starts over before.")
            return
        await self.confirm(call, await self._rulebook.undo(entry, await self._people.actor(call.person)))

    async def confirm(self, call: Call, entry: AuditEntry | None, note: TextPart = "") -> None:
        """Send the caller what an entry changed, with its Undo button."""
        text = "" if entry is None else await self._describe(entry, call)
        await call.whisper(confirmation_post(RichText.join("\n", (part for part in (text, note) if part)), entry))

    async def page(self, call: Call, most: int, before: AuditEntryId | None = None) -> Post:
        """Return up to `most` entries, newest first, with a button for older ones."""
        found = await self._rulebook.entries(self._quotas.community(call.place), most + 1, before)
        if not found:
            return Post("Nothing was changed here so far." if before is None else "There are no older changes.")
        zone = await self._zone(call)
        names = await self._names(found[:most], call.person.identity)
        lines = _first_fitting([_entry_line(entry, names, zone, call.place) for entry in found[:most]])
        head = f"{pluralize(len(lines), 'change')}, newest first, in the time of {zone.key}."
        older = (Button("Older", "older", found[len(lines) - 1].id),) if len(lines) < len(found) else ()
        return list_post(head, lines, older, title="Changes")

    async def _zone_to_restore(self, entry: AuditEntry, call: Call) -> str | None:
        """Return the value that puts a zone back: as it was, unless the day would be another one then."""
        effective_limits, now = await self._quotas.effective_limits(call.person, call.place), self._clock.now()
        rules = effective_limits.of_community.rules
        if next((rule.value for rule in rules if rule.key == _ZONE), None) != entry.after:
            return entry.before
        back = apply_setting_rules(self._deployment.settings, () if entry.before is None else (Rule(_ZONE, entry.before),))
        if allowance(0, now, back.zone, back.day_extension).day == effective_limits.allowance.day:
            return entry.before
        return format_zone(back.zone, DayExtension.after_zone_change(effective_limits.allowance, now, back.zone))

    async def _describe(self, entry: AuditEntry, call: Call) -> RichText:
        """Return a change in one sentence, with both values."""
        zone, without = await self._zone(call), await self._default_text(entry.key, call.place)
        names = await self._names((entry,), call.person.identity)
        before, after = (rule_texts.value_text(entry.key, said, zone, without) for said in (entry.before, entry.after))
        about = rule_texts.subject_text(entry.key, names.get(entry.key.account, ""), call.place)
        text = RichText.of("Undone: ", about) if entry.undoes else _capitalize(about)
        return RichText.of(text, " is now ", after, "; it was ", before, ".")

    async def _default_text(self, key: RuleKey, place: Place) -> TextPart | None:
        """Return what holds where a rule is not set, if anything does."""
        if key.kind is RuleKind.PURCHASE_TIER and key.subject in self._deployment.purchases:
            return f"{self._deployment.purchases[key.subject]}, the default"
        if key.kind is RuleKind.SETTING and key.subject in SETTINGS:
            return RichText.of(format_setting(key.subject, self._deployment.settings), ", the default")
        if any(key == part.key for part in BrandPart):
            return "not set"
        if key.kind is not RuleKind.LIMIT:
            return None
        if key.subject == PERSON_SUBJECT:
            person = await self._people.of_account(key.account)
            return await self._tier_limit_text(person, place) if person else None
        limit = self._deployment.limits.get(Tier(key.subject.removeprefix("tier:")))
        return None if limit is None else f"{pluralize(limit, 'picture')} a day, the default"

    async def _tier_limit_text(self, person: Person, place: Place) -> str:
        effective_limits = await self._quotas.effective_limits(person, place)
        limit = effective_limits.of_community.limits[effective_limits.account.tier]
        return f"{pluralize(limit, 'picture')} a day, as their tier has"

    async def _zone(self, call: Call) -> ZoneInfo:
        return (await self._quotas.effective_limits(call.person, call.place)).of_community.settings.zone

    async def _names(self, found: Sequence[AuditEntry], beside: Identity) -> dict[AccountId, Identity | str]:
        accounts = {account for entry in found for account in (entry.key.account, entry.by.account)} - {EVERYBODY}
        return {account: await self._people.name(account, beside) for account in accounts}


def list_post(
    head: TextPart, lines: Sequence[TextPart], buttons: tuple[Button, ...] = (), *, title: str = "Newest first"
) -> Post:
    """Return a line for each below a headline, folded where they are many."""
    text = RichText.join("\n", lines)
    if len(text.text) <= _MOST_IN_TEXT:
        return rich_post(RichText.of(head, "\n", text), buttons=buttons)
    return rich_post(head, details=(Details.of(title, text),), buttons=buttons)


@dataclass(frozen=True, slots=True)
class EntryArgs:
    """What a button about an entry carries."""

    entry: Annotated[str, Text("The change", longest=64)]


def undo(rule_changes: RuleChanges) -> Command[EntryArgs]:
    """Build the Undo button below a confirmed change."""

    async def run(call: Call, args: EntryArgs) -> None:
        await rule_changes.undo(call, AuditEntryId(args.entry))

    return Command("undo", "Take a change back", EntryArgs, run, is_typed=False, audience=CommandAudience.ADMINS)


@dataclass(frozen=True, slots=True)
class AuditArgs:
    """What `/audit` takes."""

    count: Annotated[int, Number("How many changes to show", least=1, most=50)] = _A_PAGE


def audit(rule_changes: RuleChanges) -> Command[AuditArgs]:
    """Build `/audit`."""

    async def run(call: Call, args: AuditArgs) -> None:
        await call.whisper(await rule_changes.page(call, args.count))

    return Command(
        "audit",
        "See the last changes here: who, what, from, to, why",
        AuditArgs,
        run,
        example="/audit --count 20",
        audience=CommandAudience.ADMINS,
    )


def older(rule_changes: RuleChanges) -> Command[EntryArgs]:
    """Build the Older button below a page of `/audit`."""

    async def run(call: Call, args: EntryArgs) -> None:
        await call.whisper(await rule_changes.page(call, _A_PAGE, AuditEntryId(args.entry)))

    return Command("older", "See older changes", EntryArgs, run, is_typed=False, audience=CommandAudience.ADMINS)


def _capitalize(text: RichText) -> RichText:
    """Return the text with a capital first letter; every rule is named by words first, never by a reference."""
    return RichText(f"{text.text[0].upper()}{text.text[1:]}", text.references)


def _entry_line(entry: AuditEntry, names: Mapping[AccountId, Identity | str], zone: ZoneInfo, place: Place) -> RichText:
    """Return one line: when, who, what, from, to, why. An id stands beside the name of the person who made the change."""
    who = f"{one_line(entry.by.name)} ({names[entry.by.account]})" if entry.by.account in names else one_line(entry.by.name)
    before, after = (rule_texts.value_text(entry.key, said, zone) for said in (entry.before, entry.after))
    about = rule_texts.subject_text(entry.key, names.get(entry.key.account, ""), place)
    undid, why = "undid: " if entry.undoes else "", f" Why: {entry.why}" if entry.why else ""
    return RichText.of(f"{moment_text(entry.at, zone)} – {who}: {undid}", about, ", from ", before, " to ", after, f".{why}")


def _first_fitting(lines: Sequence[RichText]) -> list[RichText]:
    """Return the first lines, at least one, that are short enough together."""
    fitting = list(lines[:1])
    for line in lines[1:]:
        if sum(len(one.text) for one in fitting) + len(fitting) + len(line.text) > _MOST_IN_FOLD:
            break
        fitting.append(line)
    return fitting
