"""Names and summaries of commands in other languages, for platforms that show them in their menus."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

TextKey = tuple[str, ...]
"""The way to a text in a catalogue: `("commands", "imagine", "options", "prompt", "summary")`."""

TranslatedTexts = Mapping[TextKey, str]


@dataclass(frozen=True, slots=True)
class Translations:
    """The catalogues by language (`de`). What one does not have is English there, as it was declared."""

    texts_by_language: Mapping[str, TranslatedTexts] = field(default_factory=dict)

    def in_each_language(self, *key: str) -> dict[str, str]:
        """Return a text in each language that has it."""
        return {language: texts[key] for language, texts in self.texts_by_language.items() if key in texts}

    def for_locale(self, locale: str) -> TranslatedTexts:
        """Return the catalogue for a locale such as `de-AT`; an empty one where there is none."""
        return self.texts_by_language.get(locale.partition("-")[0].lower(), {})


@cache
def load_translations() -> Translations:
    """Return the catalogues that lie beside the commands, one file a language; they are read once in a process."""
    found = sorted((file for file in (files(__package__) / "locales").iterdir() if file.name.endswith(".toml")), key=str)
    return Translations({file.name.removesuffix(".toml"): dict(_texts(tomllib.loads(file.read_text("utf-8")))) for file in found})


def _texts(table: Mapping[str, object], path: TextKey = ()) -> Iterator[tuple[TextKey, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _texts(value, (*path, key))
        else:
            yield (*path, key), str(value)
