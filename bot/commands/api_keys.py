"""`/apikey`: keys with which somebody's programs ask in their name."""

from dataclasses import dataclass
from typing import Annotated

from bot.commands.formatting import one_line
from bot.commands.spec import Command
from bot.domain.chat import Details, Post, rich_post
from bot.domain.options import Text
from bot.domain.rich_text import Code, RichText
from bot.errors import BadInput
from bot.ports.api_keys import ApiKey
from bot.ports.surfaces import Call
from bot.services.api_keys import ApiKeyRegistry
from bot.services.quotas import Quotas
from bot.text import pluralize


@dataclass(frozen=True, slots=True)
class KeyMakeArgs:
    """What `/apikey make` takes."""

    label: Annotated[str, Text("What the key is for, so that you know it again", longest=60)] = "my program"


def apikey_make(keys: ApiKeyRegistry, quotas: Quotas) -> Command[KeyMakeArgs]:
    """Build `/apikey make`. The key asks in the community where it is made."""

    async def run(call: Call, args: KeyMakeArgs) -> None:
        label = one_line(args.label)
        if not label:
            raise BadInput("Please say what the key is for, so that you know it again; no key was made.")
        account = await quotas.account(call.person)
        key, secret = await keys.make(call.person.identity, account.id, quotas.community(call.place), label)
        await call.whisper(
            rich_post(
                RichText.of(
                    f"Your key for “{label}”, shown this once:\n",
                    Code(secret),
                    f"\nWhat a program asks for with it counts as yours; /apikey revoke {key.id} ends it.",
                )
            )
        )

    return Command(
        "apikey make", "Make a key for a program of yours", KeyMakeArgs, run, example="/apikey make my weather station"
    )


@dataclass(frozen=True, slots=True)
class KeyListArgs:
    """`/apikey list` takes nothing."""


def apikey_list(keys: ApiKeyRegistry, quotas: Quotas) -> Command[KeyListArgs]:
    """Build `/apikey list`."""

    async def run(call: Call, args: KeyListArgs) -> None:  # noqa: ARG001 - every command is called alike
        found = await keys.of((await quotas.account(call.person)).id)
        if not found:
            await call.whisper(Post("You have no keys. /apikey make gives you one, for a program of yours."))
            return
        lines = "\n".join(_line(key) for key in found)
        await call.whisper(Post(f"You have {pluralize(len(found), 'key')}.", details=(Details("Oldest first", lines),)))

    return Command("apikey list", "See the keys of your programs", KeyListArgs, run)


@dataclass(frozen=True, slots=True)
class KeyRevokeArgs:
    """What `/apikey revoke` takes."""

    id: Annotated[str, Text("The key's id, as /apikey list shows it", longest=64)]


def apikey_revoke(keys: ApiKeyRegistry, quotas: Quotas) -> Command[KeyRevokeArgs]:
    """Build `/apikey revoke`."""

    async def run(call: Call, args: KeyRevokeArgs) -> None:
        await keys.revoke(args.id.strip(), (await quotas.account(call.person)).id)
        await call.whisper(Post("That key no longer works: programs that use it are refused from now on."))

    return Command(
        "apikey revoke", "Make a key stop working for good", KeyRevokeArgs, run, example="/apikey revoke mJ2vXk0cQeS9dZrT4wYb1A"
    )


def _line(key: ApiKey) -> str:
    made = key.created_at
    return f"{key.id}: {key.label} (made on {made.day} {made:%B %Y})"
