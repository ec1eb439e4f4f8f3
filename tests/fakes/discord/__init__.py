"""A Discord of our own: REST v10 and gateway on real sockets, for the real and unpatched discord.py.

In a test
---------
```python
from tests.fakes.discord import FakeDiscord, Permission
from tests.fakes.discord.client import pointed_at

async with FakeDiscord() as discord:
    guild = discord.add_guild("Painters")              # the bot is in it
    channel = guild.add_channel("general")
    ada = discord.add_user("ada", locale="de")         # joins where she first does something
    with pointed_at(discord):                          # Route.BASE, DEFAULT_GATEWAY, Asset.BASE
        ...                                            # start the bot with discord.token
        await discord.gateway.ready(shards=1)

        interaction = await ada.type_command(channel, "imagine", prompt="a fox", shape="wide")
        await interaction.acknowledged(within=3)
        message = await interaction.message_when(lambda m: m.files)
        assert message.files[0].alt and [b.label for b in message.buttons] == ["Again", "Delete"]
        assert [v.text for v in message.history]       # every version, with its time

        await ada.press(message, "Again")              # by label, emoji or custom id
        await ada.react(message, "🚩")
        menu = await ada.context_menu(message, "Report picture")
        await ada.submit_modal(menu, {"What is wrong with it?": "It is rude"})
        values = await ada.complete(channel, "imagine", "style", "wat")
```
`ada.whispers`, `ada.dms`, `channel.messages`, `interaction.messages` say who has read what;
`message.text`, `.files` (what can be seen), `.buttons`, `.pings`, `.is_ephemeral`, `.history` say what.
What a real client would not let a person do (a command that is not offered there, a value out of range, a button
that is gone, a reaction to a whisper) raises `NotSeen`; `ada.forge_command(…)` and `ada.forge_press(…)` do it anyway.
Every wait is for a condition, with a deadline in seconds, and ends in `NotSeen`, an AssertionError that says what was missing.

The world
---------
- `discord.forward(minutes=16)` moves the clock: tokens die (`discord.limits.expired_token`), messages grow old.
  `discord.clock` has `now()` and fits the house's clock port.
- `channel.deny(discord.bot, Permission.SEND_MESSAGES)`, `guild.grant(ada, Permission.MANAGE_MESSAGES)`,
  `message.delete()`, `channel.delete()`, `guild.remove_bot()`, `guild.become_unavailable()`, `ada.accepts_dms = False`.
- `ada.has_installed = True` and `discord.add_guild(has_bot=False)` or `discord.add_group(ada, grace)`: user installs.
- `ada.buy(sku=1)`: entitlements. `channel.add_thread("sketches")`: threads.
- `discord.deliver(interaction)` sends the same interaction again, as platforms do.

Trouble
-------
- `discord.faults`: `fail`, `rate_limit`, `delay`, `cut`, `hold` requests by method and path (`*` allowed).
- `discord.gateway`: `ask_reconnect()` (op 7), `invalidate()` (op 9), `drop()`, `forget()`, `is_down`,
  `acknowledges_heartbeats`, `shards`.
- `discord.limits`: every number of the platform, e.g. `discord.limits.enforces_identify_pace = True`.
  Rate limits are on, as they are out there, and discord.py sleeps for them (5 posts in 5 s per channel, 5 edits in
  2 s per token): `discord.limits.switch_rates_off()` where a test is about something else.
- `discord.endpoint.use(url)` sends interactions as signed HTTP POSTs from then on;
  `discord.endpoint.post(payload, forgery=Forgery.WRONG_KEY)` sends bad ones.

What was seen
-------------
`discord.seen.of("PATCH", "/webhooks/*")`, `.with_code(10062)`, `.beats` and `.latest_beat` (how late heartbeats came:
an event loop that stood still, seen from outside), `.hellos` (IDENTIFY and RESUME), `.deliveries`, `.sent`.

As a program
------------
`python -m tests.fakes.discord --port 0` prints its URL on the first line, takes typed lines (`/imagine a fox`) on
standard input, and can be driven by `POST /control/…` and read by `GET /control/seen` (see `control.py`).

Where it is sure, and where it is not
-------------------------------------
The rules come from the platform's documentation and from discord.py's source. Not published, and so guesses:
how often an old message may be edited, how long a nonce is remembered, the numbers of the rate limit buckets,
and some codes inside `errors` of a 50035. Files that a component or an embed shows are missing from the API's
`attachments`, as on the real platform; `message.files` has them.
"""

from tests.fakes.changes import NotSeen
from tests.fakes.discord.channels import Channel
from tests.fakes.discord.endpoint import EndpointRefused, Forgery
from tests.fakes.discord.errors import Known
from tests.fakes.discord.files import File, Upload
from tests.fakes.discord.guilds import Guild
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.limits import Limits, Rate
from tests.fakes.discord.messages import Message, Version
from tests.fakes.discord.people import DiscordPerson
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.wire import Intent

__all__ = [
    "Channel",
    "DiscordPerson",
    "EndpointRefused",
    "FakeDiscord",
    "File",
    "Forgery",
    "Guild",
    "Intent",
    "Interaction",
    "Known",
    "Limits",
    "Message",
    "NotSeen",
    "Permission",
    "Rate",
    "Upload",
    "Version",
]
