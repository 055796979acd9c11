"""Find the files that travel with semcode: in the wheel or in the checkout."""

from __future__ import annotations

from pathlib import Path

from semcode.errors import SemcodeError

__all__ = ["locate"]

_PACKAGE = Path(__file__).resolve().parent
_ROOTS = (_PACKAGE / "_resources", _PACKAGE.parents[1])


def locate(relative: str) -> Path:
    """Give the path of a shipped file or folder such as "configs/default.toml".

    Raises SemcodeError when neither the installed package nor the checkout holds it.
    """
    for root in _ROOTS:
        if (path := root / relative).exists():
            return path
    raise SemcodeError(
        f"The file {relative} that belongs to semcode is missing.",
        remedy="Install semcode again: pip install --force-reinstall semcode",
    )
