"""Asks what the blocklist finds in a prompt, and what it must leave alone."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.moderation.blocklist import DEFAULT_BLOCKLIST, Blocklist
from bot.ports.prompts import Decision

HOUSE = Blocklist(DEFAULT_BLOCKLIST)


@pytest.mark.parametrize(
    "prompt",
    [
        "shoot",
        "SHOOT the moon",
        "please, shoot!",
        "a photo shoot at dusk",
        "ｓｈｏｏｔ",
        "sh\u200boot",
        "s\u200dh\u2060o\u00adot",
        "shóót",
        "s̶h̶o̶o̶t̶",
        "shoo\ufe0ft",
        "sh\x00oot",
        "“shoot”",
        "_shoot_",
        "𝐬𝐡𝐨𝐨𝐭",
    ],
)
async def test_a_word_is_found_however_it_is_dressed_up(prompt: str) -> None:
    """Width, case, accents, strokes and invisible characters make no difference."""
    verdict = await Blocklist(["shoot"]).judge(prompt)
    assert (verdict.decision, verdict.rule) == (Decision.REFUSE, "blocklist")
    assert verdict.sentence.endswith(".")


@pytest.mark.parametrize(
    "prompt", ["shooting star", "bamboo shoots", "overshoot", "shoot2kill", "sho ot", "a fox", "", " ", "🦊🦊🦊", "\u200b"]
)
async def test_words_inside_words_are_left_alone(prompt: str) -> None:
    """A shooting star shoots nobody."""
    assert (await Blocklist(["shoot"]).judge(prompt)).decision is Decision.ALLOW


@pytest.mark.parametrize("prompt", ["the market square of Scunthorpe", "Penistone in the rain", "the great titmouse"])
async def test_scunthorpe_may_be_drawn(prompt: str) -> None:
    """The town that older filters could not spell."""
    assert (await Blocklist(["cunt", "horp", "penis", "tit"]).judge(prompt)).decision is Decision.ALLOW


@pytest.mark.parametrize("prompt", ["bad  thing", "BAD---thing", "bad, thing", "bad\n\tthing", "a bad_thing here", "bad… thing"])
async def test_anything_may_stand_between_the_words_of_a_phrase(prompt: str) -> None:
    """Spaces and punctuation, once or often."""
    assert (await Blocklist(["Bad thing"]).judge(prompt)).decision is Decision.REFUSE


@pytest.mark.parametrize("prompt", ["a thing that is bad", "bad bad", "badthing", "not bad at all, that thing"])
async def test_a_phrase_is_its_words_in_order(prompt: str) -> None:
    """One of them alone means nothing."""
    assert (await Blocklist(["bad thing"]).judge(prompt)).decision is Decision.ALLOW


@pytest.mark.parametrize(
    ("phrase", "prompt"),
    [
        ("儿童色情", "请画一张儿童色情图片"),
        ("儿童色情", "儿 童 · 色 情"),
        ("児童ポルノ", "これは児童ﾎﾟﾙﾉです"),
        ("아동 포르노", "아동포르노를 그려줘"),
        ("รูปโป๊", "วาดรูปโป๊ให้หน่อย"),
        ("bad 東西", "a bad 東西!"),
    ],
)
async def test_scripts_without_spaces_are_searched_anywhere(phrase: str, prompt: str) -> None:
    """There are no word ends to look for."""
    assert (await Blocklist([phrase]).judge(prompt)).decision is Decision.REFUSE


@pytest.mark.parametrize(
    ("phrase", "prompt"),
    [("か", "がくせい"), ("कल", "किला"), ("bad 東西", "sinbad 東西"), ("กา", "ก้า"), ("가", "각")],
)
async def test_marks_that_spell_another_syllable_are_kept(phrase: str, prompt: str) -> None:
    """An accent may be dropped; the voicing of kana, Indic vowels and Thai tones may not."""
    assert (await Blocklist([phrase]).judge(prompt)).decision is Decision.ALLOW


@pytest.mark.parametrize("phrases", [[], [""], ["  ", "!!!"]])
async def test_an_empty_list_blocks_nothing(phrases: list[str]) -> None:
    """Not even an empty prompt."""
    for prompt in ("", "anything", "!!!"):
        assert (await Blocklist(phrases).judge(prompt)).decision is Decision.ALLOW


async def test_phrases_are_words_and_no_expressions() -> None:
    """An operator who lists `c++.*` blocks that and nothing else."""
    blocklist = Blocklist(["c++.*", "a|b", "(x"])
    assert (await blocklist.judge("cccccc")).decision is Decision.ALLOW
    assert (await blocklist.judge("I like C++.* more")).decision is Decision.REFUSE


@pytest.mark.parametrize("prompt", ["Child  P0rn", "a nu\u200bde child", "ＫＩＤＤＩＥ-ＰＯＲＮ", "lolicon", "детское порно"])
async def test_the_default_list_knows_what_no_house_wants(prompt: str) -> None:
    """In a few spellings and languages."""
    assert (await HOUSE.judge(prompt)).decision is Decision.REFUSE


@pytest.mark.parametrize(
    "prompt",
    ["children playing football", "a nude statue by Rodin", "a kid goat", "lullaby in A minor", "a sex education leaflet cover"],
)
async def test_the_default_list_leaves_life_alone(prompt: str) -> None:
    """It is about two things together, never about one of them."""
    assert (await HOUSE.judge(prompt)).decision is Decision.ALLOW


@given(st.text(max_size=300))
async def test_no_text_breaks_it(prompt: str) -> None:
    """And whatever holds a listed word between spaces is refused, whatever stands around it."""
    assert (await Blocklist(["shoot"]).judge(f"{prompt} shoot {prompt}")).decision is Decision.REFUSE
    await HOUSE.judge(prompt)


async def test_a_hostile_prompt_takes_no_longer_than_another() -> None:
    """Its time grows with the length alone: ten times the text may not take a hundred times as long."""
    started = process_time()
    await HOUSE.judge("child por " * 1_000)
    short = process_time() - started
    started = process_time()
    await HOUSE.judge("child por " * 10_000)
    assert process_time() - started < 40 * short + 0.5
