"""A house that nobody owns."""

from bot.domain.people import Person


async def nobody(person: Person) -> bool:
    """Say that this person owns nothing."""
    return False
