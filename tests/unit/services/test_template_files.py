"""Tests for templates as files: what goes out comes back, and what is no file of templates is said in one sentence."""

import pytest

from bot.domain.images import Quality, Shape, Size
from bot.domain.templates import Template
from bot.errors import BadInput
from bot.services.template_files import built_in_templates, read_templates, write_templates

ONE = '[[template]]\nname = "a"\nwords = "a fox"\n'


def test_what_is_written_is_read_back() -> None:
    """Whatever signs the words have."""
    hard = Template(
        "hard", 'a “{slot:x "y" \\ é}” {{b}}\n\nnew = [[template]] # 🦊', about="x", shape=Shape.WIDE, size=Size(1536, 1024)
    )
    plain = Template("plain", "a fox", quality=Quality.LOW, model="gpt-image-2")
    assert read_templates(write_templates([hard, plain])) == (hard, plain)


def test_the_built_in_ones_can_be_used() -> None:
    """Each has its words, slots and uses; those that have to be filled are few."""
    names = [template.name for template in built_in_templates()]
    assert {"poster", "product-mockup", "avatar", "ui-concept", "logo", "sticker", "storyboard", "discord-banner"} <= set(names)
    for template in built_in_templates():
        assert template.slots
        assert template.about
        values = {slot.name: "a fox" for slot in template.slots if not slot.usual}
        assert len(values) <= 2
        assert "{" not in template.fill(values)
    assert read_templates(write_templates(built_in_templates())) == built_in_templates()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no [[template]] in that file"),
        ("template = 3", "no [[template]] in that file"),
        ("template = [3]", "Template 1 of the file is no table"),
        ("[template]\nname='a'", "no [[template]] in that file"),
        ("a fox {slot}", "no TOML"),
        ("\x00", "no TOML"),
        ("x = " + "9" * 5000, "no TOML"),
        ("a" + ".a" * 200_000 + " = 1", "no TOML (“a name has too many parts"),
        ("x = {'a'" + " .\t'a'" * 60_000 + " = 1}", "no TOML (“a name has too many parts"),
        ("template = " + "[" * 100_000, "nested too deeply"),
        ("x = " + "{a=" * 100_000, "no TOML"),
        (f"{ONE}[other]\nx = 1", "has “other” in it"),
        ("[[template]]\nname = 'a'", "has no words"),
        ("[[template]]\nabout = 'a'", "has no name and words"),
        (f"{ONE}colour = 'red'", "takes name, words, about"),
        (f"{ONE}shap = 'wide'", "Did you mean shape?"),
        (f"{ONE}shape = 1", "shape is to be a text in quotes"),
        (f"{ONE}shape = ['wide']", "shape is to be a text in quotes"),
        (f"{ONE}shape = 'round'", "Template 1 of the file: shape can be"),
        (f"{ONE}size = '9x9'", "size is width x height"),
        (f"{ONE}model = 'a b'", "model is the name of a model"),
        (ONE + ONE.replace('"a"', '"A"'), "“A” stands in the file twice"),
        ("[[template]]\nname = '../x'\nwords = 'a'", "one word of letters"),
        ("[[template]]\nname = 'x'\nwords = 'a {'", "lone {"),
        ("[[template]]\nname = 'x'\nwords = ' '", "has no words"),
        ("[[template]]\nname = ''\nwords = 'a'", "has no name"),
        ("[[template]]\nname = 'x'\nwords = '\u200b'", "nothing to draw"),
        ("".join(f"[[template]]\nname = 't{n}'\nwords = 'a'\n" for n in range(101)), "101 templates in that file"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    """Nothing of it is used."""
    with pytest.raises(BadInput) as caught:
        read_templates(text)
    assert sentence in caught.value.user_text
    assert len(caught.value.user_text) < 400
