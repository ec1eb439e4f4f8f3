"""The word filter: finds listed words and phrases in a prompt, however they are dressed up."""

from bot.moderation.word_filter.community import CommunityWords
from bot.moderation.word_filter.lists import Severity, WordList, choose_lists, read_lists
from bot.moderation.word_filter.matching import Matcher
from bot.moderation.word_filter.phrases import Hit
from bot.moderation.word_filter.stage import WordFilter

__all__ = ["CommunityWords", "Hit", "Matcher", "Severity", "WordFilter", "WordList", "choose_lists", "read_lists"]
