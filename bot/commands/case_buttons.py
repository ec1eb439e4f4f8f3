"""The buttons under a case."""

from collections.abc import Awaitable, Callable

from bot.commands.case_access import CaseAccess
from bot.commands.cases import CaseArgs, decide
from bot.commands.spec import Command, CommandAudience
from bot.domain.cases import Case, CaseDecision
from bot.domain.chat import Attachment, Button, Form, Post
from bot.domain.pictures import Picture
from bot.errors import BadInput
from bot.ports.surfaces import Call
from bot.services.case_pictures import CasePictures
from bot.services.cases import CaseReview
from bot.text import pluralize

_MOST_SIMILAR = 8
"""No platform shows more than ten pictures in a message."""

Run = Callable[[Call, CaseArgs], Awaitable[None]]


def decision_buttons(access: CaseAccess, review: CaseReview) -> tuple[Command[CaseArgs], ...]:
    """Build the button of each decision."""
    return tuple(_decision_button(decision, access, review) for decision in CaseDecision)


def _decision_button(decision: CaseDecision, access: CaseAccess, review: CaseReview) -> Command[CaseArgs]:
    async def run(call: Call, args: CaseArgs) -> None:
        await decide(call, args.case, decision, access, review)

    return _button(f"case-{decision}", f"Decide: {decision.outcome}", run)


def case_undo(access: CaseAccess, review: CaseReview) -> Command[CaseArgs]:
    """Build the Undo button."""

    async def run(call: Call, args: CaseArgs) -> None:
        case = await access.find(call, args.case)
        await review.undo(case.id, await access.actor(call), await access.community(call))
        await call.whisper(Post("Undone: the case is open again, and what followed from the decision is taken back."))

    return _button("case-undo", "Open the case again", run)


def case_look(access: CaseAccess, pictures: CasePictures) -> Command[CaseArgs]:
    """Build the button that shows the picture to the moderator who presses it."""

    async def run(call: Call, args: CaseArgs) -> None:
        case = await access.find(call, args.case)
        content = await pictures.of_case(case)
        if content is None:
            raise BadInput("The picture is gone, so there is nothing to show.")
        file = Attachment("easel-ai-case.jpg", "image/jpeg", content, "The picture that the case is about")
        await call.whisper(Post("The picture that the case is about, for you alone:", attachments=(file,)))

    return _button("case-look", "See the picture", run)


def case_similar(access: CaseAccess, pictures: CasePictures) -> Command[CaseArgs]:
    """Build the button that shows a moderator pictures like that of the case, of the place that they moderate."""

    async def run(call: Call, args: CaseArgs) -> None:
        case = await access.find(call, args.case)
        found = await pictures.similar_to(case, most=_MOST_SIMILAR, at=await access.seen_place(call))
        read = [(one, await pictures.read(one.file.key)) for one in found]
        shown = [(one, content) for one, content in read if content is not None]
        if not shown:
            raise BadInput("No other picture that people can see here is like it.")
        lines = [f"{number}. {_likeness(one, case)}" for number, (one, _) in enumerate(shown, start=1)]
        files = tuple(
            Attachment(f"easel-ai-{one.id}.jpg", "image/jpeg", content, line)
            for (one, content), line in zip(shown, lines, strict=True)
        )
        buttons = tuple(Button(f"Report {number}", "report", one.id) for number, (one, _) in enumerate(shown, start=1))
        head = f"{pluralize(len(shown), 'picture')} like it, for you alone. Report makes a case of one:"
        await call.whisper(Post("\n".join((head, *lines)), attachments=files, buttons=buttons))

    return _button("case-similar", "See similar pictures", run)


def _likeness(picture: Picture, case: Case) -> str:
    return "of the same request" if picture.job == case.job else "looks alike"


def case_take(access: CaseAccess, review: CaseReview) -> Command[CaseArgs]:
    """Build the button that assigns the case to the moderator who presses it."""

    async def run(call: Call, args: CaseArgs) -> None:
        case, actor = await access.find(call, args.case), await access.actor(call)
        await review.assign(case.id, actor, actor, await access.community(call))
        await call.whisper(Post("You look after this case now; the others see that."))

    return _button("case-take", "Look after the case", run)


def case_drop(access: CaseAccess, review: CaseReview) -> Command[CaseArgs]:
    """Build the button that unassigns a case."""

    async def run(call: Call, args: CaseArgs) -> None:
        case = await access.find(call, args.case)
        await review.assign(case.id, None, await access.actor(call), await access.community(call))
        await call.whisper(Post("Nobody looks after this case now; the others see that."))

    return _button("case-drop", "Give the case back", run)


def case_note() -> Command[CaseArgs]:
    """Build the button that opens the form of a note."""

    async def run(call: Call, args: CaseArgs) -> None:
        await call.ask(Form("cases note", {"case": args.case}))

    return _form_button("case-note", "Write a note on the case", run)


def case_block() -> Command[CaseArgs]:
    """Build the button that opens the form of words to be blocked."""

    async def run(call: Call, args: CaseArgs) -> None:
        await call.ask(Form("cases block", {"case": args.case}))

    return _form_button("case-block", "Block words of the case", run)


def _button(name: str, summary: str, run: Run) -> Command[CaseArgs]:
    return Command(name, summary, CaseArgs, run, is_typed=False, audience=CommandAudience.MODERATORS)


def _form_button(name: str, summary: str, run: Run) -> Command[CaseArgs]:
    return Command(name, summary, CaseArgs, run, is_typed=False, opens_form=True, audience=CommandAudience.MODERATORS)
