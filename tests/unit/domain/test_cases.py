"""What is one case at a time open about, and what can be decided?"""

from dataclasses import replace

from bot.domain.cases import CaseDecision, CaseKind, NewCase
from bot.domain.jobs import JobId
from bot.domain.people import HOUSE, AccountId, Platform
from bot.domain.pictures import PictureId

WORDS = NewCase(
    kind=CaseKind.MISTAKE, community=HOUSE, platform=Platform("loom"), tenant="town", account=AccountId("ann"), words="w" * 9000
)


def test_a_case_is_about_the_picture_where_there_is_one() -> None:
    """Else about the job, the appeal, or somebody's words, which are kept short enough for an index."""
    appeal = replace(WORDS, appeals="a sanction")
    job = replace(appeal, job=JobId("fox"))
    assert replace(job, picture=PictureId("fox.0")).about == "picture:fox.0"
    assert job.about == "job:fox"
    assert appeal.about == "appeal:a sanction"
    assert WORDS.about.startswith("words:ann:")
    assert len(WORDS.about) < 100
    assert WORDS.about != replace(WORDS, words="others").about


def test_sanctions_remove_the_picture_too() -> None:
    """And each decision has words for people."""
    removing = {decision for decision in CaseDecision if decision.removes_picture}
    assert removing == {CaseDecision.REMOVE, CaseDecision.WARN, CaseDecision.MUTE, CaseDecision.BAN}
    assert len({decision.outcome for decision in CaseDecision}) == len(CaseDecision)
