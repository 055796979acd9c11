"""How the model does: on a coder's last decisions, and in the blind random sample."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection

from semcode.records import Verdict
from semcode.store.people import CoderKey
from semcode.study.review.audit import audit_of
from semcode.study.review.desk import Desk
from semcode.study.review.shown import LastDecisions, ModelPulse

__all__ = ["pulse_of"]


def pulse_of(
    desk: Desk, connection: Connection, who: CoderKey, *, audit: bool = True
) -> ModelPulse:
    """Say how the model does for a coder, with the blind sample or without."""
    found = Counter(line.verdict for line in desk.ledger.last_decided(who.id))
    return ModelPulse(
        LastDecisions(
            n=found.total(),
            accepted=found[Verdict.ACCEPT],
            rejected=found[Verdict.REJECT],
            changed=found[Verdict.CHANGE],
        ),
        audit_of(desk, connection, who) if audit else None,
        desk.model(connection),
        desk.refiner.words() if desk.refiner is not None else "",
    )
