"""Say a comparison in sentences: summary, cautions, and a methods paragraph for a manuscript."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semcode import __version__
from semcode.agreement.studentized import MOST_STUDENTIZED
from semcode.evaluate.data import AgreementRow, Options, Place
from semcode.wording import counted

if TYPE_CHECKING:
    from semcode.evaluate.advice import Mend
    from semcode.evaluate.model import ModelTable

__all__ = [
    "TITLES",
    "Setting",
    "caution_notes",
    "methods_sentences",
    "number",
    "summary_sentences",
    "with_interval",
]

#: How readers know the coefficients.
TITLES: Mapping[str, str] = {
    "percent": "percent agreement",
    "cohen_kappa": "Cohen’s kappa",
    "conger_kappa": "Conger’s kappa",
    "fleiss_kappa": "Fleiss’ kappa",
    "scott_pi": "Scott’s pi",
    "brennan_prediger": "Brennan-Prediger kappa",
    "gwet_ac1": "Gwet’s AC1",
    "krippendorff_alpha": "Krippendorff’s alpha",
}
_FEW_INTERVIEWS = 10
_UNITS = {
    "segment": "segments (passages of one speaker’s turn, cut by semcode before coding)",
    "sentence": "sentences",
    "turn": "speaker turns",
    "character": "characters of text",
    "document": "whole interviews",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What was compared: numbers that the tables and the words share."""

    unit: str
    coders: tuple[str, ...]
    n_units: int
    n_total: int
    transcripts: tuple[str, ...]
    n_participants: int
    n_codes: int
    codebook: str
    least: float
    options: Options
    blind: bool = True
    batch: str = ""

    @property
    def n_interviews(self) -> int:
        """Count the transcripts in which a unit was compared."""
        return len(self.transcripts)


def number(value: float | None) -> str:
    """Write a coefficient with two decimals and a true minus; a dash where there is none."""
    if value is None:
        return "–"
    text = f"{value:.2f}"
    return text.replace("-", "−") if float(text) else "0.00"


def with_interval(row: AgreementRow, name: str) -> str:
    """Write a value with its interval, or without where there is none."""
    value, interval = row.values.get(name), row.ci.get(name)
    if value is None or interval is None:
        return number(value)
    return f"{number(value)} [{number(interval[0])}, {number(interval[1])}]"


def summary_sentences(
    setting: Setting,
    total: AgreementRow,
    codes: Sequence[AgreementRow],
    mean: Mapping[str, tuple[float, int]],
    mend: Sequence[Mend],
    model: ModelTable | None,
) -> Iterator[str]:
    """Say in a few sentences what a reader should take away."""
    level = f"{setting.options.ci:.0%}"
    if total.values["krippendorff_alpha"] is None:
        yield (
            f"{_people(setting.coders)} are compared on {_count(setting)}; there is no alpha: "
            f"{total.undefined['krippendorff_alpha']}"
        )
        return
    interval = total.ci.get("krippendorff_alpha")
    within = (
        f" ({level} interval {number(interval[0])} to {number(interval[1])})" if interval else ""
    )
    yield (
        f"{_people(setting.coders)} agree with Krippendorff’s alpha "
        f"{number(total.values['krippendorff_alpha'])}{within} over all codes, on "
        f"{_count(setting)} that each of them read{' blind' if setting.blind else ''}."
    )
    used = [row for row in codes if row.n_positive]
    high = [row for row in used if _low_end(row) >= 0.667]
    if "krippendorff_alpha" in mean:
        value, n = mean["krippendorff_alpha"]
        yield (
            f"By code, alpha is {number(value)} on average ({n} of {setting.n_codes} codes "
            f"have one). For {len(high)} the whole interval lies at .667 or above, the least for "
            "tentative conclusions after Krippendorff (2019)."
        )
    if mend:
        yield (
            f"The definition to mend first is that of {mend[0].code}, with {mend[0].share:.0%} "
            f"of all disagreements ({mend[0].disagreements})."
        )
    if model is not None and model.gaps:
        behind = sum(row.verdict == "behind" for row in model.gaps)
        open_ = sum(row.verdict == "open" for row in model.gaps)
        ahead = sum(row.verdict == "ahead" for row in model.gaps)
        unsaid = len(model.gaps) - behind - open_ - ahead
        yield (
            "The model agrees with people less well than they agree with each other for "
            f"{counted(behind, 'code')}, better for {ahead}; for {open_} the interval leaves it "
            "open" + (f", for {unsaid} it cannot be said." if unsaid else ".")
        )


def caution_notes(
    setting: Setting, codes: Sequence[AgreementRow], places: Sequence[Place]
) -> Iterator[str]:
    """Say what the intervals and coefficients must not be read as."""
    cluster = setting.options.cluster
    n = (
        setting.n_interviews
        if cluster == "interview"
        else len({place.participant for place in places})
    )
    if 0 < n < _FEW_INTERVIEWS:
        yield (
            f"Only {n} {cluster}{'s' * (n != 1)}: the intervals are wide for that reason, and they "
            f"stand for {cluster}s of the same kind as these. More {cluster}s are worth more than "
            "more of each."
        )
    several = [
        person
        for person, times in Counter(
            person for person, _ in {(p.participant, p.transcript) for p in places}
        ).items()
        if times > 1
    ]
    if several and cluster == "interview":
        yield (
            f"{counted(len(several), 'participant speaks', 'participants speak')} in several "
            "interviews: resample people instead with --cluster participant."
        )
    if setting.unit == "character":
        yield (
            "Confusions, disputes and what to mend count stretches of text here, whatever their "
            "length."
        )
    unused = [row.label for row in codes if not row.n_positive]
    if unused:
        yield (
            f"Nobody used {len(unused)} of the {counted(setting.n_codes, 'code')} in these units: "
            f"{', '.join(unused[:8])}{' ...' if len(unused) > 8 else ''}. They have no coefficient "
            "and do not enter the mean."
        )
    rare = [row.label for row in codes if row.n_positive and row.n_positive < 10]
    if rare:
        yield (
            f"{counted(len(rare), 'code is', 'codes are')} on fewer than ten units from anyone: "
            "coefficients rest on these few. Positive agreement and AC1 stand beside them."
        )


def methods_sentences(
    setting: Setting,
    total: AgreementRow,
    mean: Mapping[str, tuple[float, int]],
    model: ModelTable | None,
) -> Iterator[str]:
    """Write the methods paragraph, with every number and each formula's source."""
    options = setting.options
    book = f" of the codebook {setting.codebook}" if setting.codebook else ""
    how = (
        "independently, without seeing each other’s codes or machine suggestions,"
        if setting.blind
        else "not everywhere blind to machine suggestions,"
    )
    yield (
        f"{_people(setting.coders)} coded {how} with the {counted(setting.n_codes, 'code')}{book}. "
        f"Agreement was computed on "
        f"{setting.n_units:,} {_UNITS[setting.unit]} from "
        f"{counted(setting.n_interviews, 'interview')} with "
        f"{counted(setting.n_participants, 'participant')}, namely those that all compared coders "
        f"are recorded as having read ({_share(setting)} of the {setting.n_total:,} in the study)."
    )
    if setting.batch:
        yield f"Only what was assigned in the draw “{setting.batch}” was compared."
    if setting.unit != "character":
        yield (
            f"A coding counted for a unit if it covered at least {setting.least:.0%} of the unit "
            f"or if at least {setting.least:.0%} of the coding lay in it; a unit that was read "
            "and not given a code counts as a judgement that the code does not apply. Units could "
            "have several codes, so each code was compared as present or absent."
        )
    kappa = (
        "Cohen’s kappa (Cohen 1960)"
        if len(setting.coders) == 2
        else "Conger’s kappa for more than two coders (Conger 1980)"
    )
    yield (
        f"We report Krippendorff’s alpha (Krippendorff 2019, chapter 12), {kappa}, Gwet’s AC1 "
        "(Gwet 2008), percent agreement, and the proportions of positive and negative agreement "
        "(Cicchetti and Feinstein 1990) with prevalence and bias indices (Byrt, Bishop and Carlin "
        "1993), because kappa and alpha are low for rare codes even with few disagreements."
    )
    said = [
        f"{TITLES[name]} {with_interval(total, name)}"
        for name in ("krippendorff_alpha", _kappa_name(setting), "gwet_ac1")
        if total.values.get(name) is not None
    ]
    if said:
        average = mean.get("krippendorff_alpha")
        also = (
            f"; the unweighted mean of alpha over the {counted(average[1], 'code')} for which it "
            f"is defined was {number(average[0])}"
            if average
            else ""
        )
        yield f"Over all codes pooled (unit by code), {_listed(said)}{also}."
    masi = total.more.get("set_alpha_masi")
    if isinstance(masi, float):
        yield (
            f"With each unit’s codes compared as a set, alpha with MASI distances (Passonneau "
            f"2006, 1 − J × M) was {number(masi)}."
        )
    yield (
        f"Intervals are {options.ci:.0%} cluster-bootstrap intervals: {options.resamples:,} "
        f"resamples of whole {options.cluster}s with replacement, {_interval_method(setting)}, "
        f"seed {options.seed}. Coefficients that are 0/0 are reported as undefined."
    )
    if model is not None:
        yield (
            f"Agreement of {model.name} with each coder was computed separately on "
            f"{counted(model.n_units, 'unit')} and is no measure of reliability; the difference of "
            "its mean alpha with people and theirs with each other has its interval from the same "
            "resamples."
        )
    yield f"Computed with semcode {__version__}."


def _interval_method(setting: Setting) -> str:
    n = setting.n_interviews if setting.options.cluster == "interview" else setting.n_participants
    if n <= MOST_STUDENTIZED:
        return (
            "studentized with jackknife standard errors (bootstrap-t; Efron and Tibshirani 1993; "
            "Cameron, Gelbach and Miller 2008)"
        )
    return "percentiles expanded for the number of clusters (Hesterberg 2015)"


def _people(coders: Sequence[str]) -> str:
    return _listed(coders) if len(coders) <= 6 else f"{len(coders)} coders"


def _listed(items: Sequence[str]) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def _count(setting: Setting) -> str:
    noun = setting.unit if setting.n_units == 1 else f"{setting.unit}s"
    n = setting.n_interviews
    return f"{setting.n_units:,} {noun} of {n} interview{'' if n == 1 else 's'}"


def _share(setting: Setting) -> str:
    return f"{setting.n_units / setting.n_total:.0%}" if setting.n_total else "none"


def _kappa_name(setting: Setting) -> str:
    return "cohen_kappa" if len(setting.coders) == 2 else "conger_kappa"


def _low_end(row: AgreementRow) -> float:
    interval = row.ci.get("krippendorff_alpha")
    return interval[0] if interval else -1.0
