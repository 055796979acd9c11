"""Which codings were made when their code still meant something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Code, Codebook

if TYPE_CHECKING:
    from semcode.study.review.desk import Desk

__all__ = ["Meanings"]


@dataclass(frozen=True, slots=True)
class Meanings:
    """For each code, the oldest codebook version since which it means the same.

    `splits` are the codes that each split code was split into.
    """

    since: Mapping[str, int]
    splits: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, desk: Desk, connection: Connection) -> Meanings:
        """Compare the versions of the codebook; a split code means less than before."""
        number, book = desk.codebook(connection)
        known = desk.meanings.get(number)
        if known is None:
            known = desk.meanings[number] = _compared(desk, connection, book, number)
        return known

    def is_outdated(self, code: str, version: int) -> bool:
        """Tell whether a coding made under a version was made under another meaning."""
        return version < self.since.get(code, 0)


def _compared(desk: Desk, connection: Connection, book: Codebook, number: int) -> Meanings:
    split: dict[str, int] = {}
    into: dict[str, tuple[str, ...]] = {}
    for version in store.codebooks.versions(connection):
        for code, parts in version.split.items():
            split[code] = version.number
            into[code] = (*into.get(code, ()), *parts)
    since = {
        code.guid: max(_since(desk, connection, code, number), split.get(code.guid, 0))
        for code in book
    }
    return Meanings(since, into)


def _since(desk: Desk, connection: Connection, code: Code, number: int) -> int:
    since = number
    for version in range(number - 1, 0, -1):
        earlier = desk.codebook_version(connection, version).get(code.guid)
        if earlier is None or _meaning(earlier) != _meaning(code):
            return since if earlier is not None else 0
        since = version
    return since


def _meaning(code: Code) -> list[str]:
    """Give what a code means, however its white space is."""
    return [" ".join(text.split()) for text in (code.definition, code.include, code.exclude)]
