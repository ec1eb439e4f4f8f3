"""A house that nobody owns, and where everybody is answered in their own language."""

from bot.domain.people import AccountId, Person
from bot.ports.surfaces import Call


async def nobody(person: Person) -> bool:
    """Say that this person owns nothing."""
    return False


async def owns_nothing(account: AccountId) -> bool:
    """Say so of any account."""
    return False


async def own_locale(call: Call) -> str:
    """Go by whoever calls."""
    return call.person.locale
