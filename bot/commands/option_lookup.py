"""Finds the person or tier that an option names."""

from collections.abc import Collection

from bot.commands.dispatcher import IsOwner
from bot.domain.people import Mention, Tier
from bot.domain.rich_text import RichText, TextPart
from bot.errors import BadInput, NotAllowed
from bot.ports.surfaces import Call
from bot.services.person_lookup import FoundPerson, PersonLookup
from bot.text import join_words, quote, suggest


async def find_subject(call: Call, mention: Mention | None, people: PersonLookup, is_owner: IsOwner) -> FoundPerson:
    """Return the person a question is about: the caller, or the one who is mentioned.

    Raises:
        NotAllowed: It is somebody else, and the caller is no admin.
        BadInput: It is somebody who was never seen.
    """
    if mention is None:
        return await people.caller(call.person)
    if not people.is_caller(mention, call.person) and not call.person.is_admin and not await is_owner(call.person):
        raise NotAllowed("Only admins may see that of somebody else; leave the person out to see your own.")
    return await people.find_known(mention, call.person)


def new_person_note(whom: FoundPerson) -> TextPart:
    """Return that nobody has seen this person yet: an admin may have mistyped an id."""
    if not whom.is_new:
        return ""
    return RichText.of(whom.identity, " has not been here yet; it waits for them. If the id is wrong, press Undo.")


def parse_tier(typed: str, tiers: Collection[Tier]) -> Tier:
    """Return the tier that was typed.

    Raises:
        BadInput: There is none of that name.
    """
    word = typed.strip().lower()
    if word not in tiers:
        known = [str(tier) for tier in tiers]
        raise BadInput(
            f"There is no tier {quote(typed)}; it can be {join_words(known)}.{suggest(word, known)} Nothing was changed."
        )
    return Tier(word)
