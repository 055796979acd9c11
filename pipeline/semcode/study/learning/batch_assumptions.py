"""Say what an automatic coding promises, and on what assumptions."""

from __future__ import annotations

__all__ = ["assumptions"]


def assumptions(
    same: bool,
    together: bool,
    all_at_once: bool,
    max_error: float,
    confidence: float,
    icc: float,
    tried: int,
) -> list[str]:
    """Say what is bounded, what right means, and what has to hold for it."""
    what = "all codes that were given together" if together else "each code by itself"
    said = [
        f"Bounded is the share of wrong codings among those given, for {what}: at most "
        f"{max_error:.0%} with {confidence:.0%} confidence (Clopper-Pearson; thresholds tested "
        "in an order fixed beforehand, until one fails). It says nothing of what was not given: "
        "that stays in the queue.",
        "Right is what the audit's coder said (with several coders, at least half of them). "
        "People differ too; the bound is no better than their coding.",
    ]
    if same:
        said.append(
            "The audit was drawn at random from these interviews, so that nothing is assumed "
            "about how they compare with others. The model must not be chosen by its result on "
            "the audit."
        )
    else:
        said.append(
            "The audit comes from other interviews: the bound holds if these are like them (same "
            "kind of people, questions, and recording), as if drawn from one pot. Errors of one "
            f"participant count as alike with a correlation of {icc:g} or what the audit shows, "
            "if more. To be free of this, draw an audit from the new interviews: semcode audit "
            "--new-interviews."
        )
    if together:
        said.append("A single code, a rare one above all, may be wrong more often than that.")
    elif all_at_once:
        said.append(f"The confidence holds for all {tried} codes at once (Bonferroni).")
    else:
        said.append(
            "The confidence is that of each code: of twenty codes that are given, one may exceed "
            "the bound. --all-codes-at-once makes it hold for all."
        )
    return said
