"""Code interview transcripts with the Socio-Ecological Model, on your own machine.

Names are loaded when they are first used, so that `import semcode` costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` itself would take a fifth of the start
if TYPE_CHECKING:
    from semcode.classify import CodeClassifier
    from semcode.codebook import Code, Codebook, Facet, load_codebook
    from semcode.config import Settings
    from semcode.errors import SemcodeError
    from semcode.records import Coding, Level, Participant, Role, Segment, Transcript
    from semcode.study import Study

__version__ = "0.1.0"

__all__ = [
    "Code",
    "CodeClassifier",
    "Codebook",
    "Coding",
    "Facet",
    "Level",
    "Participant",
    "Role",
    "Segment",
    "SemcodeError",
    "Settings",
    "Study",
    "Transcript",
    "load_codebook",
]

_HOMES = {
    "semcode.classify": ("CodeClassifier",),
    "semcode.codebook": ("Code", "Codebook", "Facet", "load_codebook"),
    "semcode.config": ("Settings",),
    "semcode.errors": ("SemcodeError",),
    "semcode.records": ("Coding", "Level", "Participant", "Role", "Segment", "Transcript"),
    "semcode.study": ("Study",),
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'semcode' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
