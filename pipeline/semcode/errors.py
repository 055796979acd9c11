"""The errors that semcode raises on purpose: what happened, where, and what to do next.

* SemcodeError
  + InputError           a file or value that a person gave
    - ReadError          a transcript file that cannot be read
    - CodebookError      a codebook with a fault
    - ConfigError        a setting that is unknown or out of range
  + StudyError           the study folder or its database
    - StudyBusyError     another process is writing to the study
  + ModelError           weights that are missing, changed or not allowed
"""

from __future__ import annotations

__all__ = [
    "CodebookError",
    "ConfigError",
    "InputError",
    "ModelError",
    "ReadError",
    "SemcodeError",
    "StudyBusyError",
    "StudyError",
]


class SemcodeError(Exception):
    """Say what happened, where, and what to do next.

    `where` is a file, a line, a key or a record; `remedy` is one sentence in the
    imperative. `str(error)` joins the three as a person would read them.
    """

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(what)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} {self.remedy}" if self.remedy else text


class InputError(SemcodeError):
    """A file or value that a person gave cannot be used."""


class ReadError(InputError):
    """A transcript file cannot be read."""


class CodebookError(InputError):
    """A codebook has a fault."""


class ConfigError(InputError):
    """A setting is unknown or out of range."""


class StudyError(SemcodeError):
    """The study folder or its database is missing, damaged or of a later version."""


class StudyBusyError(StudyError):
    """Another process is writing to the study."""


class ModelError(SemcodeError):
    """Weights are missing, differ from their recorded hash, or are not allowed."""
