"""Endpoints that show: what is there for this coder, and nothing that blind mode hides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from semcode.errors import InputError
from semcode.web.filtering import filters
from semcode.web.site import Asked, Endpoint, me

__all__ = ["ENDPOINTS"]

_ORDERS = ("useful", "transcript", "code", "audit")


def who(asked: Asked) -> object:
    """Say who codes what."""
    return me(asked.site, asked.coder)


def coders(asked: Asked) -> object:
    """List the coders; blind, only oneself."""
    rows = asked.review.coders()
    return [row for row in rows if not asked.blind or row.name == asked.coder]


def overview(asked: Asked) -> object:
    """Show where the study stands."""
    return asked.review.overview(asked.coder, blind=asked.blind)


def people(asked: Asked) -> object:
    """List the transcripts, and whose words they hold with these people's attributes."""
    study = asked.review.study
    attributes = {one.label: dict(one.attributes) for one in study.participants()}
    speakers = study.speakers()
    return {
        "transcripts": sorted({row.transcript for row in speakers}),
        "people": [
            {"transcript": row.transcript, "attributes": attributes.get(row.participant, {})}
            for row in speakers
            if row.participant
        ],
    }


def codebook(asked: Asked) -> object:
    """Show the codebook; blind, with the counts of one's own codings."""
    return asked.review.codebook(coder=asked.coder if asked.blind else None)


def transcript(asked: Asked) -> object:
    """Show one transcript with its codings and suggestions."""
    return asked.review.transcript(asked.fields.text("name"), asked.coder, blind=asked.blind)


def queue(asked: Asked) -> object:
    """Give the next suggestions to decide on; blind, the next passages to read."""
    order = asked.fields.choice("order", _ORDERS, "transcript" if asked.blind else "useful")
    return asked.review.queue(
        asked.coder,
        order=order,
        blind=asked.blind,
        filters=filters(asked.fields.record("filters")),
        after=asked.fields.optional_text("after"),
        limit=min(asked.fields.integer("limit", 20, low=1), 200),
    )


def evidence(asked: Asked) -> object:
    """Say why a code is suggested."""
    not_blind(asked)
    segment, code = asked.fields.integer("segment"), asked.fields.text("code")
    return asked.review.evidence(asked.coder, segment, code)


def history(asked: Asked) -> object:
    """List decisions, the newest first; blind, only one's own."""
    return asked.review.history(
        coder=asked.coder if asked.blind else asked.fields.optional_text("coder"),
        transcript=asked.fields.optional_text("transcript"),
        limit=min(asked.fields.integer("limit", 100, low=1), 500),
        before=asked.fields.optional_integer("before"),
    )


def pulse(asked: Asked) -> object:
    """Say how the model does."""
    return asked.review.pulse(asked.coder)


def newest(asked: Asked) -> object:
    """Give what tells a page that something changed elsewhere."""
    rows = asked.review.history(coder=asked.coder if asked.blind else None, limit=1)
    version = asked.review.codebook_version()
    learner, learning = ("", False) if asked.blind else asked.review.learner()
    return {
        "decision": rows[0].id if rows else 0,
        "codebook": version,
        "learner": learner,
        "learning": learning,
    }


def versions(asked: Asked) -> object:
    """List the versions of the codebook, the newest first; blind, without who made them."""
    rows = asked.review.codebook_versions()[::-1]
    return [replace(row, made_by="", note="") for row in rows] if asked.blind else rows


def disagreements(asked: Asked) -> object:
    """List where coders differ."""
    not_blind(asked)
    names = asked.fields.texts("coders")
    return asked.review.disagreements(
        names, transcript=asked.fields.optional_text("transcript") or None
    )


def outdated(asked: Asked) -> object:
    """List codings that were made under an older definition."""
    rows = asked.review.outdated()
    return [row for row in rows if not asked.blind or row.coder == asked.coder]


def memos(asked: Asked) -> object:
    """List memos; blind, only one's own."""
    rows = asked.review.memos(
        asked.fields.optional_text("kind"), asked.fields.optional_text("target")
    )
    return [row for row in rows if not asked.blind or row.coder == asked.coder]


def assignments(asked: Asked) -> object:
    """List what this coder is asked to read."""
    return asked.review.assignments(asked.coder)


def not_blind(asked: Asked) -> None:
    """Raise InputError in blind mode."""
    if asked.blind:
        raise InputError(
            "This is hidden while coding blind.",
            remedy="Finish the blind sample first, then start semcode review without --blind.",
        )


ENDPOINTS: Mapping[str, Endpoint] = {
    "me": who,
    "coders": coders,
    "overview": overview,
    "people": people,
    "codebook": codebook,
    "transcript": transcript,
    "queue": queue,
    "evidence": evidence,
    "history": history,
    "pulse": pulse,
    "newest": newest,
    "disagreements": disagreements,
    "outdated": outdated,
    "versions": versions,
    "memos": memos,
    "assignments": assignments,
}
