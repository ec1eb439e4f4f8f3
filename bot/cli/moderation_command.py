"""`easel moderation try`."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from bot.app.ai_services import build_matcher
from bot.cli.logs import configure_logging
from bot.config import load
from bot.errors import BadInput
from bot.moderation.word_filter import Matcher, WordFilter

_ALLOWED = "allow"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What easel's own rules make of words. `rule` is the list's entry, `matched_after` what was read of the words."""

    words: str
    verdict: str
    rule: str
    category: str
    stage: str
    matched_after: str


def try_words(words: str, file: Path | None, own: list[Path], config: Path | None, *, as_json: bool, is_verbose: bool) -> int:
    """Judge words, or each line of a file, print the verdicts, and return the exit code."""
    if bool(words) == bool(file):
        raise BadInput("Give words to try, or a file of them with --file, one of the two.")
    settings = load(config)
    configure_logging(settings, "info" if is_verbose else "warning")
    matcher = build_matcher(settings, *own)
    for prompt in _read_prompts(file) if file else [words]:
        judged = _judge(matcher, prompt)
        typer.echo(json.dumps(asdict(judged), ensure_ascii=False) if as_json else _describe(judged))
    return 0


def _judge(matcher: Matcher, prompt: str) -> Judgement:
    hit, matched_after = matcher.examine(prompt)
    if hit is None:
        return Judgement(prompt, _ALLOWED, "", "", "", matched_after)
    return Judgement(prompt, hit.severity, hit.entry, hit.category, WordFilter.name, matched_after)


def _describe(judged: Judgement) -> str:
    if judged.verdict == _ALLOWED:
        return f"allow  {judged.words}"
    return f"{judged.verdict}  {judged.words}\n       {judged.category}: “{judged.rule}”, found in “{judged.matched_after}”"


def _read_prompts(file: Path) -> Iterator[str]:
    """Yield the prompt of each line: a JSON text, or an object that has it as `prompt`; what is no JSON is taken as it is."""
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not UTF-8 text: save it as UTF-8.") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _read_prompt(f"{file}, line {number}", line)


def _read_prompt(place: str, line: str) -> str:
    try:
        parsed = json.loads(line)
    except ValueError:
        return line.strip()
    prompt = parsed.get("prompt") if isinstance(parsed, dict) else parsed
    if not isinstance(prompt, str):
        raise BadInput(f"{place} has no prompt: write a JSON text, or an object with the key prompt.")
    return prompt
