"""Draft a code from a topic: its terms and quotes, in words that say that they are a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semcode import store
from semcode.codebook import Codebook
from semcode.errors import InputError
from semcode.study.topics.shown import CodeDraft, TopicView
from semcode.study.topics.viewing import topics_page
from semcode.wording import counted

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["draft_code"]

_EXAMPLES = 3
_LONGEST = 400  # characters of an example


def draft_code(study: Study, topic: str) -> CodeDraft:
    """Draft a code from a topic's terms and quotes of different people; nothing is invented.

    Raises InputError for a topic that is not there.
    """
    page = topics_page(study)
    view = page.topic(topic) if page else None
    if view is None:
        there = ", ".join(t.id for t in page.topics) if page else "none; find them first"
        raise InputError(f"There is no topic {topic!r}.", remedy=f"There are: {there}.")
    with study.database.read() as connection:
        book = store.codebooks.load(connection)
    return CodeDraft(
        topic=view.id,
        name=_free_name(view, book),
        definition=_definition(view),
        examples=_examples(view),
        under=None,
        level=view.level,
    )


def _definition(view: TopicView) -> str:
    people = counted(view.participants, "participant")
    terms = ", ".join(view.terms) or "no telling words"
    return (
        f"DRAFT, to be put into your own words. {counted(view.size, 'passage')} of {people}, "
        f"alike; what marks them: {terms}. It rests on these words and the examples only."
    )


def _examples(view: TopicView) -> tuple[str, ...]:
    """Give quotes of different people, none so long that nobody reads it."""
    chosen: dict[str, str] = {}
    for quote in view.quotes:
        text = " ".join(quote.text.split())
        if len(text) <= _LONGEST:
            chosen.setdefault(quote.participant, text)
    if not chosen and view.quotes:
        chosen[""] = " ".join(view.quotes[0].text.split())[:_LONGEST].rsplit(" ", 1)[0] + " …"
    return tuple(chosen.values())[:_EXAMPLES]


def _free_name(view: TopicView, book: Codebook) -> str:
    name = view.name if view.named else ", ".join(view.terms[:3]).capitalize() or view.id
    return name if book.get(name) is None else f"{name} ({view.id})"
