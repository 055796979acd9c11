"""What to look at next, and the random sample that metrics come from: arrays in, indices out."""

from __future__ import annotations

from semcode.sampling.auditing import AuditSample, audit_sample
from semcode.sampling.reviewing import blend, next_to_review, uncertainty

__all__ = ["AuditSample", "audit_sample", "blend", "next_to_review", "uncertainty"]
