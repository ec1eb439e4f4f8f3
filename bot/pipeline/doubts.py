"""Opens cases for pictures whose words a list wants moderators to see."""

from bot.domain.cases import CaseKind, NewCase
from bot.domain.jobs import Job
from bot.domain.pictures import Picture
from bot.moderation.guard import Guard
from bot.ports.cases import Cases
from bot.services.cases import CaseReview
from bot.services.gallery import Gallery
from bot.services.guard_policies import GuardPolicies


class DoubtReview:
    """Opens a case for each picture of a doubtful wish. Repeatable: a picture that had a case gets no other one."""

    def __init__(self, *, guard: Guard, policies: GuardPolicies, gallery: Gallery, cases: Cases, review: CaseReview) -> None:
        self._guard = guard
        self._policies = policies
        self._gallery = gallery
        self._cases = cases
        self._review = review

    async def open_cases(self, job: Job) -> None:
        """Check the words that were asked for and those that were drawn; may raise `StorageFailed`."""
        texts = {job.wish.prompt, job.prepared_prompt.text if job.prepared_prompt else job.wish.prompt}
        listed = (await self._policies.of(job.community)).listed
        doubts = [doubt for text in sorted(texts) for doubt in await self._guard.find_doubts(text, listed)]
        if not doubts:
            return
        for picture in await self._gallery.visible(job.id):
            if not await self._cases.of_picture(picture.id):
                await self._review.open(_new_case(job, picture, doubts[0].category))


def _new_case(job: Job, picture: Picture, category: str) -> NewCase:
    return NewCase(
        kind=CaseKind.DOUBT,
        community=job.community,
        platform=job.place.platform,
        tenant=job.place.tenant,
        account=job.account,
        picture=picture.id,
        job=job.id,
        reason=category,
    )
