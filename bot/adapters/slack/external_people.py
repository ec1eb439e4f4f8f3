"""People of other organisations who are mentioned in a shared channel (Slack Connect)."""

import re

from bot.adapters.slack import SLACK
from bot.adapters.slack.payloads import PayloadOrigin
from bot.adapters.slack.user_profiles import UserProfiles
from bot.commands.spec import AnyCommand
from bot.domain.options import PersonRef
from bot.errors import BadInput

_MENTION = re.compile(r"<@([A-Z0-9]{1,64})>")


def options_for_people(command: AnyCommand) -> list[str]:
    """Return the names of the command's options that take a person: only there is a mention more than a word."""
    return [option.name for option in command.options if isinstance(option.kind, PersonRef)]


async def name_external_people(text: str, whence: PayloadOrigin, people: UserProfiles) -> str:
    """Return `text` with the full id, workspace and all, of everybody mentioned in it who is not of the typist's own.

    Raises:
        BadInput: Slack does not say which workspace somebody is of.
    """
    for user in dict.fromkeys(_MENTION.findall(text)):
        home = await people.home(whence.team, user)
        if home is None:
            raise BadInput(
                f"Slack does not say just now which workspace {user} is of, so nothing was changed; please try again in a minute."
            )
        if home != whence.identity.realm:
            text = text.replace(f"<@{user}>", f"{SLACK}:{home}:{user}")
    return text
