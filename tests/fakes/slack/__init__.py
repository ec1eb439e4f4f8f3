"""A Slack of our own: Web API, Socket Mode, HTTP delivery and OAuth on real sockets, for the unpatched slack-bolt and slack-sdk.

In a test
---------
```python
from tests.fakes.slack import FakeSlack

async with FakeSlack() as slack:                       # .api_url, .authorize_url, .client_id, .client_secret,
    team = slack.add_workspace("acme")                 # .signing_secret, .app_token; team.bot_token: the app is in it
    channel, ann = team.add_channel("general"), team.add_member("ann", is_admin=True)
    ...                                                # start the bot with base_url=slack.api_url
    await slack.connected()                            # or slack.request_url = "http://…/slack/events"

    sent = await ann.command(channel, "/imagine", "a fox")
    assert sent.is_acked and sent.ack_ms < 50          # else sent.failed: operation_timeout, dispatch_failed
    message = await channel.message_when(lambda one: one.files)
    assert message.files[0].alt and message.buttons == ["Again"] and "a fox" in message
    assert [one.text for one in message.history]       # every version, with its time

    await ann.press(message, "Again")                  # by label or action id; of a message, modal or Home tab
    await ann.mention(channel, "@easel a fox", thread=message)
    await ann.mention(channel, "@easel at night", files=[ann.upload("fox.png", content)])
    await ann.react(message, "envelope")
    await ann.message_shortcut("report", message)
    view = await ann.view()
    answer = await ann.submit(view, prompt="a fox")    # by block id, action id or label; answer.errors, view.errors
    home = await ann.open_home()
    whisper = await ann.ephemeral("3 left")
```
`message.text` is what was sent, `message.shown` what a person reads; `message.pings` says who is called by it.
What a real client would not let a person do (a command in a thread, a button that is gone, a needed field left empty)
raises `NotSeen`; `forge_press` and `submit(…, is_forged=True)` do it anyway. How the bot did is in the `SlackEventDelivery`
that every act gives. Every wait has a deadline in seconds and ends in `NotSeen`, which says what was missing.

The world
---------
- `slack.forward(minutes=31)` moves the clock: triggers, response URLs, tokens, codes, rate limits.
- `channel.archive()`, `.kick_bot()`, `.delete()`; `message.delete()`; `team.add_group("painters", ann)`.
- `team.uninstall()`, `team.revoke_tokens()` tell the bot; `team.deactivate("token_revoked")` does not.
- `slack.add_workspace(enterprise="E1", is_org_install=True)`: Enterprise Grid. `slack.install(install_page, ann)`
  goes through the bot's own install page with a browser. `slack.app.rotates_tokens = True`: 12 hours, refresh once.
- `slack.app.follow(manifest)`: only these commands, shortcuts and events, and these redirect URLs.
- `slack.repeat(sent)` delivers the same payload again.

Trouble
-------
- `slack.faults`: `fail`, `rate_limit`, `delay`, `cut`, `hold` calls of a method (`chat.*`, `upload`, `download`, `response_url`).
- `slack.limits`: every number. Rate limits are on: `slack.limits.switch_rates_off()` where a test is about something else.
- `slack.hold_files()`, `.release_files()`, `.drop_shares()`, `limits.file_delay`: uploads that are seen late or never.
- `slack.sockets.recycle()`, `.drop()`, `.is_down`.
- `slack.forge(sent, Forgery.OLD)`, `slack.endpoint.replay(posted)`, `slack.endpoint.verify()`: bad and repeated POSTs.

What was seen
-------------
`slack.calls("chat.update")` (arguments, encoding, workspace, answer, time), `slack.overruns("chat.update")`,
`slack.seen.deliveries`.

As a program
------------
`python -m tests.fakes.slack` prints its addresses and tokens as one JSON line, takes typed lines (`ann /imagine a fox`)
and can be driven by `POST /control/…` and read by `GET /control/seen` (see `control.py`).

Where it is sure, and where it is not
-------------------------------------
The rules come from the platform's documentation, the SDK's source and bug reports. Not published, and so guesses: how
far `chat.postMessage` may run ahead, what an unfinished upload answers, whether Socket Mode repeats commands
(`limits.retries_everything`), whether a file that is shared nowhere may be shown (`limits.files_must_be_shared`), and the
exact words of block errors. Blocks that are new in 2026 are taken almost as they come. It does not fetch `image_url`.
"""

from tests.fakes.changes import NotSeen
from tests.fakes.slack.channels import Channel
from tests.fakes.slack.deliveries import SlackEventDelivery
from tests.fakes.slack.endpoint import Forgery, Reply
from tests.fakes.slack.files import File
from tests.fakes.slack.limits import Limits, Rate
from tests.fakes.slack.members import Member
from tests.fakes.slack.messages import Message
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.tokens import ALL_SCOPES
from tests.fakes.slack.views import SlackView
from tests.fakes.slack.workspaces import Workspace

__all__ = [
    "ALL_SCOPES",
    "Channel",
    "FakeSlack",
    "File",
    "Forgery",
    "Limits",
    "Member",
    "Message",
    "NotSeen",
    "Rate",
    "Reply",
    "SlackEventDelivery",
    "SlackView",
    "Workspace",
]
