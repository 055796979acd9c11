"""What reviewers and participants said of the rapid-analysis matrix, kept with name and date."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from semcode import store
from semcode.errors import InputError
from semcode.findings.coded import CodedStudy
from semcode.findings.rapid_matrix import Comment, all_domains
from semcode.records import CoderKind
from semcode.study.findings.matrix_file import some
from semcode.wording import natural

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["comment", "comments", "known_people"]

_COMMENT = "comment"


def comment(study: Study, text: str, *, on: str, coder: str, data: CodedStudy) -> bool:
    """Keep what a reviewer said of a participant, of `participant:domain`, or ("") of all.

    True where the study did not know who says it, so that a name typed wrongly is seen.
    Raises InputError for nothing said, nobody named, or somebody who is not there.
    """
    if not text.strip() or not coder.strip():
        raise InputError(
            "A comment needs words and a name.", remedy="Write --comment TEXT --as NAME."
        )
    person, _, title = on.partition(":")
    labels = {p.label for p in data.people}
    domains = all_domains(data.codes, data.facets)
    if on and person not in labels:
        raise InputError(
            f"There is no participant {person!r} in the matrix.",
            where="--on",
            remedy=f"Use one of: {some(sorted(labels, key=natural))}.",
        )
    if title and title.strip().casefold() not in domains:
        titles = [domain.title for domain in reversed(domains.values())]
        raise InputError(
            f"There is no domain {title.strip()!r}.",
            where="--on",
            remedy=f"Use one of: {some(titles)}.",
        )
    target = on
    if title:
        target = f"{person}:{domains[title.strip().casefold()].title}"
    if len(target) > 64:
        raise InputError(
            "The names are too long for a comment on one cell.",
            where="--on",
            remedy="Comment on the participant, and name the domain in the comment.",
        )
    known = known_people(study)
    with study.database.write() as connection:
        store.memos.write(
            connection,
            coder_id=store.people.coder_id(connection, coder.strip()),
            target_kind=_COMMENT,
            target=target,
            text=text.strip(),
            guid=str(uuid4()),
        )
    return coder.strip() not in known


def known_people(study: Study) -> tuple[str, ...]:
    """List who can have said something: people who coded or commented, then participants."""
    with study.database.read() as connection:
        coders = store.people.coders(connection)
        people = store.people.participants(connection)
    names = [coder.name for coder in coders if coder.kind is CoderKind.HUMAN]
    return tuple(dict.fromkeys([*names, *sorted((p.label for p in people), key=natural)]))


def comments(study: Study) -> tuple[Comment, ...]:
    """List what reviewers said, the oldest first."""
    with study.database.read() as connection:
        memos = store.memos.memos(connection, target_kind=_COMMENT)
    return tuple(
        Comment(memo.target or "the whole", memo.text, memo.coder, memo.at)
        for memo in reversed(memos)
    )
