"""Asks how what people type on Slack becomes a command's line."""

import pytest

from bot.adapters.slack.command_lines import OF_MANY_WORDS, line_of_mention, line_of_slash_command, spell_commands_for_slack
from bot.app.commands import declared_commands
from bot.domain.chat import Details, Post

OF_ONE_WORD = {"link", "code", "command", "person", "days", "count"}
"""The first options that are no sentence, of commands whose names are one word."""

COMMANDS = {command.name: command for command in declared_commands()}


@pytest.mark.parametrize(
    ("slash", "text", "line"),
    [
        ("/imagine", "a fox --shape wide", "/imagine a fox --shape wide"),
        ("/imagine", "  ", "/imagine"),
        ("/imagine", "help", "/help"),
        ("/imagine", "help arriving late", "/imagine help arriving late"),
        ("/imagine", "salt &amp; pepper, 1 &lt; 2", "/imagine salt & pepper, 1 < 2"),
        ("/easel", "", "/help"),
        ("/easel", "gallery", "/gallery"),
        ("/easel", "/gallery", "/gallery"),
        ("/easel", "help imagine", "/help imagine"),
        ("/easel", "quota set --person <@U1|ann b> --limit 5", "/quota set --person <@U1> --limit 5"),
        ("/easel", "quota set --role <!subteam^S1|@crew>", "/quota set --role <!subteam^S1>"),
        ("/easel", "help salt &amp; pepper", "/help salt & pepper"),
    ],
)
def test_a_slash_command_is_a_line(slash: str, text: str, line: str) -> None:
    """Two slash commands stand for all there are."""
    assert line_of_slash_command(slash, text) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<@UB> a fox in the snow", "/imagine a fox in the snow"),
        ("hey <@UB|easel> a fox", "/imagine a fox"),
        ("<@UB>", "/help"),
        ("<@UB> help", "/help"),
        ("<@UB> help imagine", "/help imagine"),
        ("<@UB> help me draw a horse", "/imagine help me draw a horse"),
        ("<@UB> gallery", "/gallery"),
        ("<@UB> gallery old masters", "/gallery old masters"),
        ("<@UB> Show me a dragon --shape wide", "/imagine Show me a dragon --shape wide"),
        ("<@UB> show https://studio.example/p/1.png", "/show https://studio.example/p/1.png"),
        ("<@UB> report https://studio.example/p/1.png --reason spam", "/report https://studio.example/p/1.png --reason spam"),
        ("<@UB> History of Rome as a poster", "/imagine History of Rome as a poster"),
        ("<@UB> template for an invoice", "/imagine template for an invoice"),
        ("<@UB> Template use poster", "/Template use poster"),
        ("<@UB> standing <@U2|ann b>", "/standing <@U2>"),
        ("<@UB> edit make it night", "/edit make it night"),
        ("<@UB> /imagine a fox --shape wide", "/imagine a fox --shape wide"),
        ("<@UB> again", "/imagine again"),
        ("<@UB> salt &amp; pepper", "/imagine salt & pepper"),
        ("<@UB> a portrait of <@U2|ann> in <#C1|general>", "/imagine a portrait of @ann in #general"),
        ("<@UB> like <https://example.org/a|this> and <https://example.org>", "/imagine like this and https://example.org"),
        ("<@UB> wake <!here> and <!subteam^S1|@crew>", "/imagine wake @here and @crew"),
    ],
)
def test_a_mention_is_a_line(text: str, line: str) -> None:
    """It is a wish, unless it begins with a command's name."""
    assert line_of_mention(text, "UB", COMMANDS) == line


def test_a_mention_without_words_may_mean_something_else_than_help() -> None:
    """A picture alone asks for words about it."""
    assert line_of_mention("<@UB> ", "UB", COMMANDS, without_words="/imagine") == "/imagine"
    assert line_of_mention("<@UB> gallery", "UB", COMMANDS, without_words="/imagine") == "/gallery"


@pytest.mark.parametrize(
    ("said", "here"),
    [
        ("Type /help to see what there is.", "Type /easel help to see what there is."),
        ("/quota set – Set it\n/imagine – Draw", "/easel quota set – Set it\n/imagine – Draw"),
        ("(/register), “/link”", "(/easel register), “/easel link”"),
        (
            "/easel help, /helpers, and/quota, https://x.example/quota, /quota/",
            "/easel help, /helpers, and/quota, https://x.example/quota, /quota/",
        ),
        ("There is no /quoat.", "There is no /quoat."),
    ],
)
def test_commands_are_named_as_they_are_typed_here(said: str, here: str) -> None:
    """Whoever has read the help can type what it says."""
    post = spell_commands_for_slack(Post(said, details=(Details(said, said),)), COMMANDS)
    assert (post.text, post.details) == (here, (Details(here, here),))


def test_where_there_are_no_commands_nothing_is_renamed() -> None:
    """Not even by mistake."""
    assert spell_commands_for_slack(Post("/help"), {}) == Post("/help")


def test_each_command_is_known_to_take_a_sentence_or_a_word() -> None:
    """One that is neither would have its words drawn, and counted, where somebody mentions the bot."""
    firsts = {one.options[0].name for one in COMMANDS.values() if one.is_typed and one.options and one.name.isalpha()}
    assert firsts - OF_MANY_WORDS == OF_ONE_WORD
