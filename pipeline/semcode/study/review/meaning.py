"""Which codings were made when their code still meant something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Code, Codebook
from semcode.store.codebooks import Version

if TYPE_CHECKING:
    from semcode.study.review.desk import Desk

__all__ = ["Meanings"]


@dataclass(frozen=True, slots=True)
class Meanings:
    """For each code, the oldest codebook version since which it means the same.

    Versions that were taken back by going back before them do not count, but for codings
    that were made in them: `otherwise` are those of them in which a code meant something
    else. `splits` are the codes that each split code was split into.
    """

    since: Mapping[str, int]
    otherwise: Mapping[str, frozenset[int]]
    taken_back: frozenset[int]
    splits: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, desk: Desk, connection: Connection) -> Meanings:
        """Compare the versions of the codebook; a split code means less than before."""
        number, book = desk.codebook(connection)
        known = desk.meanings.get(number)
        if known is None:
            known = desk.meanings[number] = _compared(desk, connection, book)
        return known

    def is_outdated(self, code: str, version: int) -> bool:
        """Tell whether a coding made under a version was made under another meaning."""
        if version in self.taken_back:
            return version in self.otherwise.get(code, ())
        return version < self.since.get(code, 0)


def _compared(desk: Desk, connection: Connection, book: Codebook) -> Meanings:
    versions = store.codebooks.versions(connection)
    standing = _standing(versions)
    numbers = [version.number for version in standing]
    gone = {version.number for version in versions} - set(numbers)
    split: dict[str, int] = {}
    into: dict[str, tuple[str, ...]] = {}
    for version in standing:
        for guid, parts in version.split.items():
            split[guid] = version.number
            into[guid] = (*into.get(guid, ()), *parts)
    since, otherwise = {}, {}
    for code in book:
        then = {n: desk.codebook_version(connection, n).get(code.guid) for n in (*numbers, *gone)}
        since[code.guid] = max(_since(code, then, numbers), split.get(code.guid, 0))
        otherwise[code.guid] = frozenset(n for n in gone if _differs(then[n], code))
    return Meanings(since, otherwise, frozenset(gone), into)


def _standing(versions: Sequence[Version]) -> list[Version]:
    """Leave out the versions that were taken back by going back before them."""
    paths: dict[int, list[Version]] = {}
    path: list[Version] = []
    for version in versions:
        path = [*(paths[version.restored] if version.restored else path), version]
        paths[version.number] = path
    return path


def _since(code: Code, then: Mapping[int, Code | None], numbers: Sequence[int]) -> int:
    since = numbers[-1]
    for number in reversed(numbers[:-1]):
        earlier = then[number]
        if earlier is None:
            return 0
        if _differs(earlier, code):
            return since
        since = number
    return since


def _differs(earlier: Code | None, code: Code) -> bool:
    return earlier is not None and _meaning(earlier) != _meaning(code)


def _meaning(code: Code) -> list[str]:
    """Give what a code means, however its white space is."""
    return [" ".join(text.split()) for text in (code.definition, code.include, code.exclude)]
