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


def pulse_of(desk: Desk, connection: Connection, who: CoderKey) -> ModelPulse:
    """Say how the model does for a coder."""
    found = Counter(line.verdict for line in desk.ledger.last_decided(who.id))
    last = LastDecisions(
        n=found.total(),
        accepted=found[Verdict.ACCEPT],
        rejected=found[Verdict.REJECT],
        changed=found[Verdict.CHANGE],
    )
    return ModelPulse(last, audit_of(desk, connection, who), _version(desk, connection))


def _version(desk: Desk, connection: Connection) -> str:
    """Name what made the suggestions: the learner's own state, or the run."""
    if desk.refiner is not None:
        return desk.refiner.version()
    run = desk.run(connection)
    return f"{run.kind}, run {run.id}" if run else ""
