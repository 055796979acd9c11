"""The command that finds topics, shows them, and stores what people decide on them."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from semcode.cli.show import TerminalProgress, print_json, print_table, say
from semcode.errors import InputError
from semcode.study import Study
from semcode.study import topics as api
from semcode.study.topics.shown import TopicDone, TopicsPage, TopicView
from semcode.study.topics.writing import write_topics
from semcode.wording import counted

__all__ = ["topics"]

_DECISIONS = ("accept", "merge_into", "merge", "split", "rename", "reject", "take_back")
_OF_A_CODE = ("as_code", "definition", "under", "level")
_SHOWN_QUOTES = 2
_QUOTE = 220


def topics(options: Namespace) -> int:
    """Find topics or decide on one; show them, and write them where files are named."""
    _check(options)
    with Study(options.study) as study:
        deciding = any(getattr(options, name) for name in _DECISIONS) or options.draft
        if not deciding or api.topics_page(study) is None:
            study.find_topics(
                topics=options.topics,
                method=options.method,
                seed=options.seed,
                stability=not options.no_stability,
                progress=TerminalProgress(),
            )
        if options.draft:
            return _draft(study, options)
        done = _decide(study, options)
        for text in done.said if done else ():
            say(text)
        page = study.topics()
        for name in (options.html, options.xlsx):
            if name:
                say(f"Wrote {write_topics(study, name)}")
    if options.json:
        print_json(_json(page))
    elif not done:
        _show(page)
    return 0


def _check(options: Namespace) -> None:
    for name in ("html", "xlsx"):
        given = getattr(options, name)
        if given and not given.lower().endswith(f".{name}"):
            raise InputError(
                f"--{name} writes a file that ends in .{name}.",
                where=given,
                remedy=f"Name a file such as topics.{name}.",
            )
    alone = [name for name in _OF_A_CODE if getattr(options, name) is not None]
    if alone and not options.accept:
        flag = "--" + alone[0].replace("_", "-")
        raise InputError(f"{flag} says what --accept makes.", remedy=f"Add --accept ID to {flag}.")
    if options.under and options.level:
        raise InputError(
            "A code below another has the level of that one.", remedy="Use --under or --level."
        )


def _decide(study: Study, options: Namespace) -> TopicDone | None:
    who, note = options.who, options.note
    none: tuple[str, ...] | None = () if options.no_examples else None
    if options.accept:
        return api.accept_as_code(
            study,
            options.accept,
            who,
            name=options.as_code,
            definition=options.definition,
            examples=none,
            under=options.under,
            level=options.level,
            note=note,
        )
    if options.merge_into:
        topic, code = _pair(options.merge_into, "--merge-into T3=Childcare access")
        return api.merge_into_code(study, topic, code, who, examples=none, note=note)
    if options.merge:
        keys = [part.strip() for part in options.merge.split(",") if part.strip()]
        return api.merge_topics(study, keys, who, note=note)
    if options.split:
        topic, _, parts = options.split.partition("=")
        if parts and not parts.strip().isdecimal():
            raise InputError(f"{parts!r} is no number of parts.", remedy="Write: --split T3=2")
        return api.split_topic(study, topic, who, parts=int(parts or 2), note=note)
    if options.rename:
        topic, name = _pair(options.rename, "--rename T3=Getting around")
        return api.rename_topic(study, topic, name, who, note=note)
    if options.reject:
        return api.reject_topic(study, options.reject, who, note=note)
    if options.take_back:
        return api.take_back(study, options.take_back, who, note=note)
    return None


def _draft(study: Study, options: Namespace) -> int:
    draft = api.draft_code(study, options.draft)
    if options.json:
        print_json(
            {
                "topic": draft.topic,
                "name": draft.name,
                "definition": draft.definition,
                "examples": list(draft.examples),
                "level": draft.level,
            }
        )
        return 0
    say(f"{draft.topic} as a code: {draft.name} ({draft.level or 'no level'})")
    say(draft.definition)
    for text in draft.examples:
        say(f"  “{text}”")
    return 0


def _pair(text: str, example: str) -> tuple[str, str]:
    one, equals, other = (part.strip() for part in text.partition("="))
    if not equals or not one or not other:
        raise InputError(f"{text!r} says nothing.", remedy=f"Write for example: {example}")
    return one, other


def _json(page: TopicsPage) -> dict[str, Any]:
    return {
        "topics": [
            {
                "id": topic.id,
                "size": topic.size,
                "participants": topic.participants,
                "terms": list(topic.terms),
                "quotes": [quote.text for quote in topic.quotes],
                "level": topic.level,
                "covered_by": topic.covered_by,
                "status": topic.status,
            }
            for topic in page.topics
        ],
        "outliers": page.outliers,
        "stability": page.stability,
    }


def _show(page: TopicsPage) -> None:
    for text in page.notes:
        say(f"note: {text}")
    if not page.topics:
        say(
            f"{counted(page.segments, 'passage')}, all in no topic. "
            "Next: ask for fewer with --topics N, or add transcripts"
        )
        return
    head = ["id", "topic", "passages", "people", "stability", "level", "code", "status"]
    print_table(head, [_row(topic) for topic in page.topics])
    for topic in page.topics:
        if topic.status == "open":
            say(f"{topic.id} {topic.name}")
            for quote in topic.quotes[:_SHOWN_QUOTES]:
                say(f"  “{_short(quote.text)}” ({quote.participant})")
    share = "not tried" if page.stability is None else f"{page.stability:.0%} keep their topic"
    say(
        f"{counted(page.segments, 'passage')}, {page.outliers:,} in no topic; stability: {share}. "
        "Next: semcode topics --draft ID, --accept ID, --reject ID ... --as CODER"
    )


def _row(topic: TopicView) -> list[object]:
    code = topic.covered_by or "new"
    if topic.covered_by is None and topic.nearest_code:
        code = f"new (nearest {topic.nearest_code}, {topic.coverage:.0%})"
    people = f"{topic.participants} ({topic.people[0][0]} {topic.largest_share:.0%})"
    return [
        topic.id,
        topic.name if topic.named else ", ".join(topic.terms[:5]),
        topic.size,
        people if topic.of_one_person else str(topic.participants),
        "" if topic.stability is None else f"{topic.stability:.0%}",
        topic.level or "",
        code,
        topic.status,
    ]


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _QUOTE else plain[:_QUOTE].rsplit(" ", 1)[0] + " …"
