"""Asks whether admins can list words, see what comes of them, and take everything back."""

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.rule_changes import RuleChanges, audit, undo
from bot.commands.word_filter import MOST_ENTRIES, filter_add, filter_list, filter_remove, filter_test
from bot.domain.people import CommunityId
from bot.domain.rules import FilterEntry, FilterVersion, RuleKey, RuleKind
from bot.errors import StorageFailed
from bot.moderation.word_filter import CommunityWords, Matcher, WordFilter
from bot.moderation.word_filter.lists import starter_lists
from bot.ports.prompts import GuardDecision
from tests.fakes.bench import FAULT
from tests.fakes.surfaces import SQUARE
from tests.unit.commands.admin_console import ANN, BOB, ELSEWHERE, AdminConsole


class WordFilterConsole(AdminConsole):
    """A console with the commands of the word filter, and the filter itself."""

    def open(self, *, premium: str = "", policy: str = "") -> Dispatcher:
        """Build the commands."""
        rulebook = self.bench.rulebook
        rule_changes = RuleChanges(
            rulebook=rulebook, quotas=self.quotas, people=self.people, deployment=self.house, clock=self.bench.clock
        )
        self.filter = WordFilter(Matcher(starter_lists()), CommunityWords(rulebook))
        commands = (
            filter_add(rule_changes, self.quotas, rulebook),
            filter_remove(rule_changes, self.quotas, rulebook),
            filter_list(self.quotas, rulebook),
            filter_test(self.quotas, rulebook, self.filter),
            undo(rule_changes),
            audit(rule_changes),
        )
        self._dispatcher = Dispatcher(commands, lambda: FAULT, self.owns)
        return self._dispatcher

    async def judge(self, prompt: str) -> GuardDecision:
        """Say what the filter makes of words that somebody asks for at the square."""
        return (await self.filter.judge(prompt, await self.version())).decision

    async def version(self) -> FilterVersion:
        """Return what a wish at the square would know of the listed words."""
        return (await self.quotas.effective_limits(BOB, SQUARE)).of_community.filter_version


@pytest.fixture
def console() -> WordFilterConsole:
    """Return what commands are typed into."""
    return WordFilterConsole()


async def test_listed_words_count_from_the_next_wish_on_and_an_undo_too(console: WordFilterConsole) -> None:
    """Whoever judges reads them again when they have changed, and only then."""
    assert await console.judge("our m4scot at sea") is GuardDecision.ALLOW
    [post] = await console.type('/filter add our mascot --why "his wish"')
    assert post.text.startswith("“our mascot” is now refused (community); it was not listed.")
    assert await console.judge("our m4scot at sea") is GuardDecision.REFUSE
    await console.press(post.buttons[0])
    assert await console.judge("our m4scot at sea") is GuardDecision.ALLOW


async def test_words_are_taken_off_again(console: WordFilterConsole) -> None:
    """As they are listed, in capitals or not; what is not listed cannot be."""
    await console.say("/filter add Our Mascot")
    assert "is not listed here" in await console.say("/filter remove mascot")
    assert "is now not listed; it was refused (community)." in await console.say("/filter remove OUR mascot")
    assert await console.judge("our mascot") is GuardDecision.ALLOW


async def test_the_list_shows_what_becomes_of_each(console: WordFilterConsole) -> None:
    """All of it, or what has some words in it."""
    assert (await console.say("/filter list")).startswith("Nothing is listed here.")
    await console.say("/filter add our mascot --action review --category brands --language en")
    await console.say("/filter add /ba+d/ --action warn")
    await console.say("/filter add naked mole rat --action allow")
    assert (await console.say("/filter list")).splitlines()[1:] == [
        "“/ba+d/”: drawn with a word to whoever asks (community)",
        "“naked mole rat”: allowed (community)",
        "“our mascot”: drawn, and shown to moderators (brands, en)",
    ]
    assert (await console.say("/filter list MASCOT")).splitlines()[1:] == [
        "“our mascot”: drawn, and shown to moderators (brands, en)"
    ]
    assert "with “fox” in it" in await console.say("/filter list fox")


async def test_a_try_names_the_entry_and_draws_nothing(console: WordFilterConsole) -> None:
    """Of the community's own words and of easel's."""
    await console.say("/filter add our mascot --action review --language en")
    answer = await console.say("/filter test two of our m4scots")
    found = "“our mascot” of community (listed here) is found in “two of our mascots”."
    assert answer == f"That would be drawn, and shown to moderators: {found}"
    assert "would be refused: “naked child” of minors" in await console.say("/filter test a n.a.k.e.d child")
    assert "lets it through" in await console.say("/filter test a shooting star")


async def test_what_a_community_allows_is_allowed_but_for_what_is_drawn_nowhere(console: WordFilterConsole) -> None:
    """Gore may be art; some things are none anywhere."""
    assert await console.judge("a severed head of cabbage") is GuardDecision.REFUSE
    await console.say("/filter add severed head of cabbage --action allow")
    assert await console.judge("a severed head of cabbage") is GuardDecision.ALLOW
    await console.say("/filter add naked child --action allow")
    assert await console.judge("a naked child") is GuardDecision.REFUSE


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/filter add /ba[/", "none that RE2 takes"),
        ('/filter add "!!!"', "no letters in that"),
        ("/filter add /a+/ --action allow", "A pattern cannot be allowed"),
        (f"/filter add {'x' * 201}", "201 characters long"),
        ("/filter add fox --category “a/b”", "A category is a word"),
        ("/filter add fox --action kill", "kill"),
    ],
)
async def test_mistakes_change_nothing(console: WordFilterConsole, line: str, sentence: str) -> None:
    """And are said in one sentence."""
    assert sentence in await console.say(line)
    assert console.entries == []


async def test_a_community_may_not_list_words_without_end(console: WordFilterConsole) -> None:
    """But may still change what is listed."""
    community = console.quotas.community(SQUARE)
    for number in range(MOST_ENTRIES):
        console.bench.rulebook.by_key[community, RuleKey(RuleKind.FILTER, f"word {number}")] = "block community"
    assert "are the most" in await console.say("/filter add fox")
    assert "is now drawn with a word to whoever asks" in await console.say("/filter add word 7 --action warn")


async def test_only_admins_list_words(console: WordFilterConsole) -> None:
    """Others see neither the words nor the entries."""
    for line in ("/filter add fox", "/filter remove fox", "/filter list", "/filter test fox"):
        assert "for admins only" in await console.say(line, BOB)
    assert console.entries == []


async def test_the_words_of_a_community_are_its_own() -> None:
    """Another server's people may draw them."""
    console = WordFilterConsole(parts_tenants=True)
    await console.say("/filter add our mascot")
    elsewhere = (await console.quotas.effective_limits(BOB, ELSEWHERE)).of_community.filter_version
    assert (await console.filter.judge("our mascot", elsewhere)).decision is GuardDecision.ALLOW
    assert await console.judge("our mascot") is GuardDecision.REFUSE


async def test_while_the_words_cannot_be_read_those_of_before_hold(console: WordFilterConsole) -> None:
    """And easel's own in any case."""
    await console.say("/filter add our mascot")
    assert await console.judge("our mascot") is GuardDecision.REFUSE
    await console.say("/filter add their mascot")
    console.bench.rulebook.failures.fail_next("filter_rules", StorageFailed("database", "away"), times=2)
    assert await console.judge("our mascot") is GuardDecision.REFUSE
    assert await console.judge("a naked child") is GuardDecision.REFUSE
    assert await console.judge("their mascot") is GuardDecision.REFUSE


async def test_the_record_tells_who_listed_what(console: WordFilterConsole) -> None:
    """As of every other change."""
    await console.say('/filter add our mascot --why "his wish"', ANN)
    assert "“our mascot”, from not listed to refused (community). Why: his wish" in await console.say("/audit")


def test_an_entry_is_what_it_was_written_as() -> None:
    """With a language and without."""
    for text in ("block community", "allow brands en"):
        assert str(FilterEntry.parse(text)) == text


async def test_the_words_of_very_many_communities_are_not_all_kept(console: WordFilterConsole) -> None:
    """Those that were asked for longest ago are read again."""
    words = CommunityWords(console.bench.rulebook)
    for number in range(70):
        assert await words.matcher(FilterVersion(CommunityId(f"c{number}"), "1")) is not None
    assert len(words._kept) == 64
    assert "c69" in words._kept
    assert "c0" not in words._kept
