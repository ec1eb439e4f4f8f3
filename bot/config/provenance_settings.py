"""The settings of what copies of pictures say of themselves."""

from typing import Self

from pydantic import model_validator

from bot.config.field_types import Section, SettingsConflict


class ProvenanceSettings(Section):
    """`[provenance]`: PEM files. Nothing is signed without `certificate` and `key`; `trusted` are signers to believe."""

    certificate: str = ""
    key: str = ""
    trusted: str = ""

    @model_validator(mode="after")
    def _check_pair(self) -> Self:
        if bool(self.certificate) != bool(self.key):
            raise SettingsConflict("[provenance] certificate and key belong together: set both, or neither.")
        return self
