"""What is known of how good the suggestions are: figures, on what they rest, and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from semcode import __version__
from semcode.evaluate.beside_coders import Disputed, PairRow
from semcode.evaluate.data import Options
from semcode.evaluate.fairness import KINDS, AttributeTest
from semcode.evaluate.learning_curve import Curve
from semcode.evaluate.model_quality import Estimate, Judged, Quality, quality
from semcode.evaluate.probabilities import Reliability, reliability
from semcode.evaluate.words import number
from semcode.wording import counted

__all__ = ["ModelReport", "Section", "model_report", "report_of", "section", "shown"]

_FEW_PEOPLE = 10
_FEW_EXAMPLES = 10
_MOSTLY = 0.5


@dataclass(frozen=True)
class Section:
    """The figures that rest on one kind of data.

    `basis` is "left out" (each participant judged by a model that never saw them) or
    "audit" (the random blind audit sample); `rests_on` says it in a sentence.
    """

    basis: str
    rests_on: str
    n_units: int
    n_participants: int
    codes: tuple[Quality, ...]
    levels: tuple[Quality, ...]
    macro: Quality
    micro: Quality
    reliability: Reliability


@dataclass(frozen=True)
class ModelReport:
    """Everything that `semcode evaluate` says.

    `audit` is None where no audit sample was read, `left_out` where there are too few
    labels. `main` is the one to report. `few` are codes with few examples to learn from,
    with how many. `fairness` tests stand on the left-out participants.
    """

    codebook: str
    codebook_version: int
    model: str
    options: Options
    audit: Section | None
    left_out: Section | None
    curve: Curve | None
    fairness: tuple[AttributeTest, ...]
    pairs: tuple[PairRow, ...]
    disputed: tuple[Disputed, ...]
    few: tuple[tuple[str, int], ...]
    summary: tuple[str, ...]
    notes: tuple[str, ...]
    methods: tuple[str, ...]

    @property
    def main(self) -> Section | None:
        """Give the section whose figures are to be reported: the audit's where there is one."""
        return self.audit or self.left_out


def section(
    basis: str,
    rests_on: str,
    codes: Judged,
    levels: Judged,
    code_labels: Sequence[tuple[str, str | None]],
    level_labels: Sequence[str],
    *,
    options: Options,
) -> Section:
    """Measure codes and levels on one kind of data."""
    rows, macro, micro = quality(codes, code_labels, options=options)
    by_level, _, _ = quality(levels, [(name, name) for name in level_labels], options=options)
    return Section(
        basis,
        rests_on,
        len(codes.truth),
        len(set(codes.clusters)),
        tuple(rows),
        tuple(by_level),
        macro,
        micro,
        reliability(codes, options=options),
    )


def model_report(
    *,
    codebook: str,
    codebook_version: int,
    model: str,
    options: Options,
    audit: Section | None,
    left_out: Section | None,
    curve: Curve | None = None,
    fairness: Sequence[AttributeTest] = (),
    pairs: Sequence[PairRow] = (),
    disputed: Sequence[Disputed] = (),
    examples: Mapping[str, int] | None = None,
    folds: int = 0,
    strangers: float = 0.0,
    notes: Sequence[str] = (),
) -> ModelReport:
    """Put the parts together and say them in words.

    `strangers` is the share of the audit that is of participants not learned from.
    """
    few = tuple(
        (name, n)
        for name, n in sorted((examples or {}).items(), key=lambda item: item[1])
        if n < _FEW_EXAMPLES
    )
    cautions = [*notes, *_cautions(audit, left_out)]
    summary = list(_summary(audit, left_out, curve, fairness, pairs, options, strangers))
    methods = list(_methods(audit, left_out, fairness, options, model, folds))
    return ModelReport(
        codebook,
        codebook_version,
        model,
        options,
        audit,
        left_out,
        curve,
        tuple(fairness),
        tuple(pairs),
        tuple(disputed),
        few,
        tuple(summary),
        tuple(cautions),
        tuple(methods),
    )


def report_of(report: ModelReport) -> dict[str, Any]:
    """Give the report as what JSON can hold."""
    return asdict(report)


def shown(estimate: Estimate) -> str:
    """Write a figure with its interval; a dash where it is undefined."""
    if estimate.value is None or estimate.lower is None:
        return number(estimate.value)
    return f"{number(estimate.value)} [{number(estimate.lower)}, {number(estimate.upper)}]"


def _summary(
    audit: Section | None,
    left_out: Section | None,
    curve: Curve | None,
    fairness: Sequence[AttributeTest],
    pairs: Sequence[PairRow],
    options: Options,
    strangers: float,
) -> Iterator[str]:
    main = audit or left_out
    if main is None:
        return
    level = f"{options.ci:.0%}"
    yield (
        f"{main.rests_on} precision over all decisions is {shown(main.micro.values['precision'])} "
        f"and recall {shown(main.micro.values['recall'])}; the mean F1 over codes is "
        f"{shown(main.macro.values['f1'])} ({level} intervals over participants)."
    )
    if audit is not None and strangers > _MOSTLY:
        yield (
            f"{strangers:.0%} of these segments are of participants that the model learned nothing "
            "of: expect the like of interviews with new people."
        )
    elif audit is not None and left_out is not None:
        yield (
            f"For interviews of new people the left-out figures are the ones to expect: mean F1 "
            f"{shown(left_out.macro.values['f1'])}."
        )
    people = [row for row in pairs if row.people]
    model = [row for row in pairs if not row.people]
    if people and model:
        yield (
            f"People among each other have an F1 of {_range(people)} (all decisions pooled), the "
            f"model with single people {_range(model)}."
        )
    if main.reliability.error is not None:
        likely = main.reliability.error_likely
        more = (
            f" and by {likely:.3f} among the {main.reliability.n_likely:,} with a probability of "
            ".1 or more"
            if likely is not None
            else ""
        )
        yield (
            f"Stated probabilities are off by {main.reliability.error:.3f} on average over all "
            f"{counted(main.reliability.n, 'decision')}{more}."
        )
    if curve is not None:
        yield curve.said
    yield from _fairness_words(fairness)


def _range(rows: Sequence[PairRow]) -> str:
    values = sorted(row.pooled.value for row in rows if row.pooled.value is not None)
    if not values:
        return "–"
    low, high = number(values[0]), number(values[-1])
    return low if low == high else f"{low} to {high}"


def _fairness_words(tests: Sequence[AttributeTest]) -> Iterator[str]:
    made = [test for test in tests if test.p_adjusted is not None]
    found = [test for test in made if (test.p_adjusted or 1) < 0.05]
    for test in found:
        yield (
            f"Suggestions err differently by {test.attribute}: {KINDS[test.kind]} differs by "
            f"{test.difference:.0%} between groups (p = {test.p_adjusted:.3f} after Holm)."
        )
    if made and not found:
        widest = max((test.detectable or 0.0) for test in made)
        least = min((test.detectable or 0.0) for test in made)
        yield (
            f"No difference by participants' attributes was found in {len(made)} tests. These "
            f"data would show differences of about {least:.0%} to {widest:.0%}; smaller ones may "
            "be there."
        )
    elif tests and not made:
        yield (
            "Whether suggestions err more for some participants cannot be said: no attribute has "
            "two values that enough participants share."
        )


def _cautions(audit: Section | None, left_out: Section | None) -> Iterator[str]:
    if audit is None:
        yield (
            "No random blind audit sample has been read. The figures rest on what was coded so "
            "far; where segments were chosen for coding, or suggestions were on show, they are "
            "too good. For figures to report, draw one: semcode audit."
        )
    for part in (audit, left_out):
        if part is not None and part.n_participants < _FEW_PEOPLE:
            kind = "audit sample" if part.basis == "audit" else "labelled segments"
            yield (
                f"The {kind} come{'s' * (part.basis == 'audit')} from {part.n_participants} "
                f"participants; intervals from fewer than {_FEW_PEOPLE} cover less often than "
                "they say."
            )


def _methods(
    audit: Section | None,
    left_out: Section | None,
    tests: Sequence[AttributeTest],
    options: Options,
    model: str,
    folds: int,
) -> Iterator[str]:
    yield (
        f"Suggestions of semcode {__version__} (embedding {model}, logistic models around the "
        "codebook's definitions) were compared with human coding; where coders differed, a "
        "segment counted for a code with the share of coders who gave it."
    )
    if audit is not None:
        yield (
            f"Figures come from a random sample of {counted(audit.n_units, 'segment')} of "
            f"{counted(audit.n_participants, 'participant')} that was coded without suggestions on "
            "show and was never learned from; segments were weighted by the inverse of their "
            "chance to be "
            "drawn."
        )
    if left_out is not None:
        yield (
            f"Performance with new people was estimated on "
            f"{counted(left_out.n_units, 'segment')} that people coded or read, by leaving "
            f"participants out ({folds} folds of whole participants, "
            f"{counted(left_out.n_participants, 'participant')})."
        )
    yield (
        f"{options.ci:.0%} intervals resample participants ({options.resamples:,} bootstrap "
        "resamples, widened for few clusters after Hesterberg 2015)."
    )
    if any(test.p is not None for test in tests):
        yield (
            "Error shares were compared between values of participants' attributes by a "
            "studentised permutation test over participants (Chung and Romano 2013), adjusted "
            "after Holm."
        )
