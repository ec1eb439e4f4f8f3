"""Asks of every implementation of `Templates`: does each owner find their own, by name, and nobody else's?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.images import Quality, Shape, Size
from bot.domain.inputs import InputPicture, InputRole
from bot.domain.people import GUEST, HOUSE, AccountId, CommunityId, Identity
from bot.domain.templates import THE_HOUSE, KeptTemplate, Template, TemplateId, TemplateOwner
from bot.errors import BadInput
from bot.ports.accounts import Accounts
from bot.ports.references import References
from bot.ports.templates import Templates
from storage.sql.templates import SqlTemplates
from tests.contract.conftest import MEMORY, ON_DISK
from tests.contract.examples import WEB
from tests.fakes.clock import NOON
from tests.fakes.templates import MemoryTemplates

MINE, OURS = TemplateOwner.of_account(AccountId("ann")), TemplateOwner.of_community(HOUSE)
POSTER = Template(
    "Poster",
    "A {{big}} poster; it says “{headline:Sommer ☀️}”'--\nand no more",
    about="for walls",
    shape=Shape.TALL,
    size=Size(1024, 1536),
    quality=Quality.HIGH,
    model="gpt-image-2",
)


PICTURE = InputPicture(
    key="inputs/1", role=InputRole.REFERENCE, source="0" * 64, media_type="image/png", width=3, height=2, size_bytes=9
)


@pytest.fixture
def templates(engine_name: str, request: pytest.FixtureRequest) -> Templates:
    """Return the record of templates."""
    return MemoryTemplates() if engine_name == MEMORY else SqlTemplates(request.getfixturevalue("database"))


def kept(id_: str, owner: TemplateOwner = MINE, template: Template = POSTER) -> KeptTemplate:
    """Return a template of somebody's."""
    return KeptTemplate(id=TemplateId(id_), owner=owner, template=template, changed_at=NOON)


async def test_a_template_is_found_as_it_was_kept(templates: Templates) -> None:
    """By its name in any case, and by its id; with all its defaults, or with none."""
    plain = kept("2", template=Template("straße", "a street"))
    for one in (kept("1"), plain):
        assert await templates.save(one, most=5) == one
    assert await templates.find([MINE], "pOSTER") == kept("1")
    assert await templates.find([MINE], "STRASSE") == plain
    assert await templates.get(TemplateId("2")) == plain
    assert await templates.get(TemplateId("3")) is None


async def test_pictures_are_kept_with_it(templates: Templates) -> None:
    """Or go when it is saved without them."""
    with_pictures = kept("1", template=replace(POSTER, pictures=(PICTURE, replace(PICTURE, key="inputs/2", parent="fox.0"))))
    assert await templates.save(with_pictures, most=5) == with_pictures
    assert await templates.get(TemplateId("1")) == with_pictures
    assert (await templates.save(kept("1"), most=5)).template.pictures == ()


@ON_DISK
async def test_their_objects_are_needed(templates: Templates, references: References) -> None:
    """As long as there is such a template."""
    await templates.save(kept("1", template=replace(POSTER, pictures=(PICTURE,))), most=5)
    await templates.save(kept("2", OURS), most=5)
    assert await references.find_needed_keys([PICTURE.key, "inputs/other"]) == {PICTURE.key}
    await templates.remove(MINE, "poster")
    assert await references.find_needed_keys([PICTURE.key]) == frozenset()


async def test_the_same_name_is_the_same_template(templates: Templates) -> None:
    """What was pressed before still leads to it."""
    await templates.save(kept("1"), most=5)
    changed = replace(kept("2", template=Template("POSTER", "other words")), changed_at=NOON + timedelta(hours=1))
    assert await templates.save(changed, most=5) == replace(changed, id=TemplateId("1"))
    assert await templates.of([MINE]) == (replace(changed, id=TemplateId("1")),)


async def test_whose_it_is_decides_who_finds_it(templates: Templates) -> None:
    """The first owner's comes first; an account and a community of one id are two owners."""
    owners = [MINE, OURS, THE_HOUSE]
    for number, owner in enumerate(reversed(owners)):
        await templates.save(kept(f"{number}", owner), most=1)
    await templates.save(kept("9", TemplateOwner.of_community(CommunityId("ann"))), most=1)
    assert await templates.find(owners, "poster") == kept("2")
    assert await templates.find([THE_HOUSE, MINE], "poster") == kept("0", THE_HOUSE)
    assert await templates.find([TemplateOwner.of_account(AccountId("bob"))], "poster") is None
    assert [one.owner for one in await templates.of(owners)] == owners


async def test_each_owners_are_listed_by_name(templates: Templates) -> None:
    """Whatever its case."""
    for number, name in enumerate(("b", "C", "a")):
        await templates.save(kept(f"{number}", template=Template(name, "words")), most=5)
    await templates.save(kept("4", OURS, Template("0", "words")), most=5)
    assert [one.template.name for one in await templates.of([MINE, OURS])] == ["a", "b", "C", "0"]


async def test_an_owner_has_so_many_and_no_more(templates: Templates) -> None:
    """Those that are there can still be changed."""
    for number in range(2):
        await templates.save(kept(f"{number}", template=Template(f"t{number}", "words")), most=2)
    with pytest.raises(BadInput) as caught:
        await templates.save(kept("2", template=Template("t2", "words")), most=2)
    assert "2 templates are the most" in caught.value.user_text
    await templates.save(kept("3", template=Template("T1", "new words")), most=2)
    await templates.save(kept("4", OURS), most=2)


async def test_a_removed_template_is_gone(templates: Templates) -> None:
    """Once, and only its owner's."""
    await templates.save(kept("1"), most=5)
    assert not await templates.remove(OURS, "poster")
    assert await templates.remove(MINE, "POSTER")
    assert not await templates.remove(MINE, "poster")
    assert await templates.of([MINE, OURS]) == ()


@ON_DISK
class TestWhoseTemplatesTheyAre:
    """Only tables know what becomes of accounts."""

    async def test_joined_accounts_keep_all_templates(self, accounts: Accounts, templates: Templates, ann: AccountId) -> None:
        """Of two of one name the one that comes along has its id behind it."""
        bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), GUEST)).id
        whose = {one: TemplateOwner.of_account(one) for one in (ann, bob)}
        await templates.save(kept("1", whose[ann]), most=5)
        await templates.save(kept("Abcdefghij", whose[bob]), most=5)
        await templates.save(kept("3", whose[bob], Template("other", "words")), most=5)
        await templates.save(kept("4", TemplateOwner.of_community(CommunityId(bob))), most=5)
        await accounts.join(ann, bob)
        assert [one.template.name for one in await templates.of([whose[ann]])] == ["other", "Poster", "Poster-abcdefgh"]
        assert await templates.find([whose[ann]], "poster-abcdefgh") is not None
        assert await templates.of([whose[bob]]) == ()
        assert len(await templates.of([TemplateOwner.of_community(CommunityId(bob))])) == 1

    async def test_a_long_name_stays_one_that_can_be_typed(
        self, accounts: Accounts, templates: Templates, ann: AccountId
    ) -> None:
        """What cannot be typed could neither be removed, nor exported, nor anything be saved beside it."""
        bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), GUEST)).id
        whose = {one: TemplateOwner.of_account(one) for one in (ann, bob)}
        for owner in whose.values():
            await templates.save(kept(f"Id-of-{owner.id}", owner, Template("Straße-" + "a" * 25, "words")), most=5)
        await accounts.join(ann, bob)
        both = await templates.of([whose[ann]])
        assert len(both) == 2
        for one in both:
            assert await templates.find([whose[ann]], one.template.name) == one
