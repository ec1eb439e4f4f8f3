"""`/cases`: what moderators have to decide, and what they do about it."""

from dataclasses import dataclass, replace
from typing import Annotated

from bot.commands.case_access import CaseAccess
from bot.commands.formatting import one_line
from bot.commands.rule_changes import LONGEST_REASON
from bot.commands.spec import Command, CommandAudience
from bot.commands.word_filter import FilterAddArgs
from bot.domain.cases import LONGEST_NOTE, CaseDecision, CaseState
from bot.domain.chat import Attachment, Button, Post
from bot.domain.moderation_log import ModerationAction, NewLogEntry
from bot.domain.options import CaseRef, Choice, Number, Text
from bot.domain.prompt_text import LONGEST_PROMPT
from bot.pipeline.case_messages import CaseMessages
from bot.pipeline.case_posts import case_line
from bot.ports.moderation_log import ModerationLog
from bot.ports.surfaces import Call
from bot.services.case_pictures import CasePictures
from bot.services.cases import CaseReview
from bot.text import pluralize

_MOST_LISTED = 10


@dataclass(frozen=True, slots=True)
class CasesListArgs:
    """What `/cases list` takes."""

    state: Annotated[CaseState, Choice("Which cases", CaseState)] = CaseState.OPEN
    count: Annotated[int, Number("How many to show", least=1, most=_MOST_LISTED)] = 5


def cases_list(access: CaseAccess) -> Command[CasesListArgs]:
    """Build `/cases list`: open cases, the longest waiting first, each with a button that shows it."""

    async def run(call: Call, args: CasesListArgs) -> None:
        found = await access.page(call, args.state, args.count)
        if not found:
            await call.whisper(Post("There is no case here that is open." if args.state is CaseState.OPEN else "Nothing yet."))
            return
        many = await access.count_open(call) if args.state is CaseState.OPEN else len(found)
        head = f"{pluralize(max(many, len(found)), 'case')} {args.state.value}; the first {len(found)}:"
        lines = [f"{number}. {case_line(case)}" for number, case in enumerate(found, start=1)]
        buttons = tuple(Button(f"Show {number}", "case-show", case.id) for number, case in enumerate(found, start=1))
        await call.whisper(Post("\n".join((head, *lines)), buttons=buttons))

    return Command(
        "cases list", "See what moderators have to decide here", CasesListArgs, run, audience=CommandAudience.MODERATORS
    )


@dataclass(frozen=True, slots=True)
class CaseArgs:
    """What a button on a case carries."""

    case: Annotated[str, CaseRef("The case's id, as its message shows it")]


def cases_show(access: CaseAccess, messages: CaseMessages, pictures: CasePictures) -> Command[CaseArgs]:
    """Build `/cases show`."""
    return Command(
        "cases show",
        "See a case with all that belongs to it",
        CaseArgs,
        lambda call, args: _show(call, args, access, messages, pictures),
        audience=CommandAudience.MODERATORS,
    )


def case_show(access: CaseAccess, messages: CaseMessages, pictures: CasePictures) -> Command[CaseArgs]:
    """Build the button that shows a case of a list."""
    return Command(
        "case-show",
        "See the case",
        CaseArgs,
        lambda call, args: _show(call, args, access, messages, pictures),
        is_typed=False,
        audience=CommandAudience.MODERATORS,
    )


async def _show(call: Call, args: CaseArgs, access: CaseAccess, messages: CaseMessages, pictures: CasePictures) -> None:
    """Whisper a case with its picture as a file: a link to a hidden picture does not work."""
    post = await messages.post_of(await access.find(call, args.case))
    if post.pictures:
        content = await pictures.read(post.pictures[0].key)
        file = () if content is None else (_file(content),)
        post = replace(post, pictures=(), attachments=file)
    await call.whisper(post)


def _file(content: bytes) -> Attachment:
    return Attachment("easel-ai-case.jpg", "image/jpeg", content, "The picture that the case is about")


@dataclass(frozen=True, slots=True)
class CasesDecideArgs:
    """What `/cases decide` takes."""

    case: Annotated[str, CaseRef("The case's id, as its message shows it")]
    decision: Annotated[CaseDecision, Choice("What is to happen", CaseDecision)]


def cases_decide(access: CaseAccess, review: CaseReview) -> Command[CasesDecideArgs]:
    """Build `/cases decide`."""

    async def run(call: Call, args: CasesDecideArgs) -> None:
        await decide(call, args.case, args.decision, access, review)

    return Command("cases decide", "Decide a case", CasesDecideArgs, run, audience=CommandAudience.MODERATORS)


async def decide(call: Call, case_id: str, decision: CaseDecision, access: CaseAccess, review: CaseReview) -> None:
    """Decide a case, and confirm that."""
    case = await access.find(call, case_id)
    await access.check_decision(case, decision)
    decided = await review.decide(case.id, decision, await access.actor(call), await access.community(call))
    undo = (Button("Undo", "case-undo", case.id),) if decided.state is CaseState.DECIDED else ()
    await call.whisper(Post(f"Decided: {decision.outcome}. That can be undone for ten minutes.", buttons=undo))


@dataclass(frozen=True, slots=True)
class CasesNoteArgs:
    """What `/cases note` takes."""

    case: Annotated[str, CaseRef("The case's id, as its message shows it")]
    text: Annotated[str, Text("What the other moderators should know", longest=LONGEST_NOTE)]


def cases_note(access: CaseAccess, review: CaseReview) -> Command[CasesNoteArgs]:
    """Build `/cases note`."""

    async def run(call: Call, args: CasesNoteArgs) -> None:
        case = await access.find(call, args.case)
        await review.add_note(case.id, one_line(args.text), await access.actor(call), await access.community(call))
        await call.whisper(Post("Your note stands on the case; moderators alone read it."))

    return Command(
        "cases note", "Write a note on a case for other moderators", CasesNoteArgs, run, audience=CommandAudience.MODERATORS
    )


@dataclass(frozen=True, slots=True)
class CasesBlockArgs:
    """What `/cases block` takes."""

    case: Annotated[str, CaseRef("The case's id, as its message shows it")]
    words: Annotated[str, Text("Words that may not be drawn here any more", longest=LONGEST_PROMPT)]


def cases_block(access: CaseAccess, filter_add: Command[FilterAddArgs], log: ModerationLog) -> Command[CasesBlockArgs]:
    """Build `/cases block`, which lists words as `/filter add` does."""

    async def run(call: Call, args: CasesBlockArgs) -> None:
        case = await access.find(call, args.case)
        access.check_place(call, case)
        await filter_add.run(call, FilterAddArgs(args.words, why=f"Case {case.id}"[:LONGEST_REASON]))
        entry = NewLogEntry(
            community=case.community,
            action=ModerationAction.BLOCKED,
            by=await access.actor(call),
            subject=case.account,
            picture=case.picture,
            job=case.job,
            case=case.id,
        )
        await log.append(entry)

    return Command(
        "cases block",
        "List words of a case that may not be drawn here",
        CasesBlockArgs,
        run,
        example="/cases block our mascot --case …",
        audience=CommandAudience.MODERATORS,
    )
