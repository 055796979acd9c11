"""How suggestions get better with more interviews, and how much more is likely to help."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.resampling import cluster_numbers, draw_bounds, resampling_weights
from semcode.classify.tuning import folds_of
from semcode.evaluate.data import Options
from semcode.evaluate.held_out import answers
from semcode.evaluate.model_quality import Judged, error_sums, measures_of
from semcode.wording import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from semcode.classify import CodeClassifier
    from semcode.classify.estimator import Text

__all__ = [
    "Curve",
    "CurvePoint",
    "Forecast",
    "curve_fits",
    "curve_steps",
    "extrapolate",
    "learning_curve",
]

_FOLDS = 5
_FEW = 600  # texts up to which participants to learn from are drawn twice
_FEWEST_POINTS = 4  # a curve of three parameters through fewer says nothing
_POWERS = np.linspace(0.1, 1.5, 15)
_TIMES = (1.5, 2.0)
_WORTH = 0.01  # of F1: less than this is no help


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Macro F1 on left-out participants after learning from some others.

    `units` and `labels` are the mean numbers of segments and of judgements (segment by
    code) learned from.
    """

    participants: int
    units: float
    labels: float
    value: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What so many times the segments would bring: macro F1 and its gain, with intervals."""

    times: float
    units: float
    value: float
    gain: float
    interval: tuple[float, float] | None
    gain_interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Curve:
    """Points by growing number of participants; forecasts, or the `reason` for none.

    `said` is the conclusion in words.
    """

    points: tuple[CurvePoint, ...]
    forecasts: tuple[Forecast, ...]
    reason: str
    said: str


def curve_steps(groups: Sequence[Hashable]) -> list[int]:
    """Give the numbers of participants to learn from, from one to all but a fold's."""
    n = len(set(groups))
    most = n - -(-n // min(_FOLDS, n))
    sizes = {1, most}
    sizes |= {round(most * share) for share in (0.15, 0.3, 0.5, 0.7)}
    return sorted(size for size in sizes if 1 <= size <= most)


def curve_fits(groups: Sequence[Hashable]) -> int:
    """Count the models that a learning curve has to fit."""
    return min(_FOLDS, len(set(groups))) * _repeats(len(groups)) * len(curve_steps(groups))


def _repeats(texts: int) -> int:
    return 2 if texts <= _FEW else 1


def learning_curve(
    model: CodeClassifier,
    texts: Sequence[Text],
    truth: NDArray[np.float64],
    groups: Sequence[Hashable],
    *,
    options: Options,
    teach: NDArray[np.float64] | None = None,
    advance: Callable[[int], None] = lambda _done: None,
) -> Curve:
    """Learn from 1, a few, and most participants, and ask about five folds of left-out ones.

    `teach` is what is learned from where it is more than the truth (None: the truth).
    Participants to learn from are drawn at random at each size, twice where texts are few.
    Intervals resample the participants asked about, and which of the two draws was learned
    from; they hold only part of how the choice of those learned from could have gone.
    """
    from sklearn.base import clone

    lesson = truth if teach is None else teach
    known = ~np.isnan(truth)
    numbers, n_clusters = cluster_numbers(groups, len(texts))
    parts = folds_of(groups, min(_FOLDS, n_clusters), seed=options.seed)
    sizes = curve_steps(groups)
    repeats = _repeats(len(texts))
    sums = {size: np.zeros((repeats, 3, n_clusters, truth.shape[1])) for size in sizes}
    fold = np.zeros(n_clusters, np.intp)
    units: dict[int, list[int]] = {size: [] for size in sizes}
    labels: dict[int, list[int]] = {size: [] for size in sizes}
    rng = np.random.default_rng(options.seed)
    for part, rows in enumerate(parts):
        fold[numbers[rows]] = part
        people = np.setdiff1d(np.arange(n_clusters), numbers[rows])
        for repeat in range(repeats):
            order = rng.permutation(people)
            for size in sizes:
                own = np.flatnonzero(np.isin(numbers, order[:size]))
                learner = clone(model).fit(
                    [texts[i] for i in own.tolist()], lesson[own], [groups[i] for i in own.tolist()]
                )
                told = answers(learner, [texts[i] for i in rows.tolist()])
                asked = Judged(told.p, told.given, truth[rows], rows.tolist())
                sums[size][repeat] += np.stack(error_sums(asked, numbers[rows], n_clusters))
                units[size].append(int(known[own].any(axis=1).sum()))
                labels[size].append(int(known[own].sum()))
                advance(1)
    drawn = resampling_weights(n_clusters, options.resamples, seed=options.seed)
    times = rng.multinomial(repeats, [1 / repeats] * repeats, (options.resamples, len(parts)))
    weights = drawn[:, None, :] * times.transpose(0, 2, 1)[:, :, fold]
    values = np.array([_macro(sums[size].sum(axis=(0, 2))[:, None])[0] for size in sizes])
    draws = np.stack(
        [_macro(np.einsum("drg,rkgc->kdc", weights, sums[size])) for size in sizes], axis=1
    )
    mean_units = [float(np.mean(units[size])) for size in sizes]
    points = tuple(
        CurvePoint(
            size,
            mean_units[place],
            float(np.mean(labels[size])),
            float(values[place]),
            _bounds(draws[:, place], n_clusters, options),
        )
        for place, size in enumerate(sizes)
    )
    total = int(known.any(axis=1).sum())
    return _concluded(points, values, draws, mean_units, total, n_clusters, options)


def extrapolate(
    n: Sequence[float], values: NDArray[np.float64], at: Sequence[float]
) -> NDArray[np.float64]:
    """Fit value = a - b n^-c by least squares and give it at other n, (draws, len(at)).

    `values` is (draws, len(n)); a is at most 1 (the inverse power law of Figueroa et al.
    2012, BMC Medical Informatics and Decision Making 12:8), c is searched on a grid. b may
    be below 0: held to rise, every curve would promise a gain.
    """
    x, to = np.asarray(n, float), np.asarray(at, float)
    best = np.full(len(values), np.inf)
    out = np.zeros((len(values), len(to)))
    for power in _POWERS:
        fell = x**-power
        spread = fell - fell.mean()
        mean = values.mean(axis=1)
        b = -(values @ spread) / (spread @ spread)
        a = mean + b * fell.mean()
        over = a > 1.0
        b = np.where(over, ((1.0 - values) @ fell) / (fell @ fell), b)
        a = np.minimum(a, 1.0)
        loss = ((values - a[:, None] + b[:, None] * fell) ** 2).sum(axis=1)
        better = loss < best - 1e-12
        best[better] = loss[better]
        out[better] = (a[:, None] - b[:, None] * to**-power)[better]
    return out


def _macro(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean F1 over the codes that occur; sums (3, draws, codes), gives (draws,)."""
    f1 = measures_of(*sums)["f1"]
    there = ~np.isnan(f1)
    found: NDArray[np.float64] = np.divide(
        np.nan_to_num(f1).sum(axis=1),
        there.sum(axis=1),
        out=np.full(len(f1), np.nan),
        where=there.any(axis=1),
    )
    return found


def _bounds(
    draws: NDArray[np.float64], n_clusters: int, options: Options
) -> tuple[float, float] | None:
    if n_clusters < 3:
        return None
    low, high, _ = draw_bounds(draws, n_clusters=n_clusters, level=options.ci, method="expanded")
    return None if np.isnan(low) or high - low < 1e-12 else (float(low), float(high))


def _concluded(
    points: tuple[CurvePoint, ...],
    values: NDArray[np.float64],
    draws: NDArray[np.float64],
    units: list[float],
    total: int,
    n_clusters: int,
    options: Options,
) -> Curve:
    whole = draws[~np.isnan(draws).any(axis=1)]
    if len(points) < _FEWEST_POINTS or np.isnan(values).any() or len(whole) < len(draws) / 2:
        reason = (
            f"The curve has {counted(len(points), 'point')}; foretelling needs {_FEWEST_POINTS}, "
            "so more participants."
        )
        return Curve(points, (), reason, f"How much more would help cannot be said. {reason}")
    ahead = [total * times for times in _TIMES]
    fitted = extrapolate(units, values[None], [total, *ahead])[0]
    spread = extrapolate(units, whole, [total, *ahead])
    forecasts = tuple(
        Forecast(
            times,
            total * times,
            float(fitted[place]),
            float(fitted[place] - fitted[0]),
            _bounds(spread[:, place], n_clusters, options),
            _bounds(spread[:, place] - spread[:, 0], n_clusters, options),
        )
        for place, times in enumerate(_TIMES, 1)
    )
    return Curve(points, forecasts, "", _words(points, forecasts[-1], total))


def _words(points: Sequence[CurvePoint], last: Forecast, total: int) -> str:
    now = points[-1]
    told = (
        f"Learning from {counted(now.participants, 'participant')} ({now.units:,.0f} segments) "
        f"gives a mean F1 of {now.value:.2f}; {points[0].participants} gave {points[0].value:.2f}. "
    )
    within = ""
    if last.gain_interval:
        low, high = last.gain_interval
        within = f" (interval {low:+.2f} to {high:+.2f}, rather too narrow)"
    more = f"{total:,.0f} more segments, as many again as now,"
    if last.gain_interval is None:
        return f"{told}The curve bends by {last.gain:+.2f} for {more} but no interval can be given."
    if last.gain_interval[1] < _WORTH:
        return f"{told}{more.capitalize()} are unlikely to help: {last.gain:+.2f}{within}."
    if last.gain_interval[0] > 0 and last.gain >= _WORTH:
        return f"{told}{more.capitalize()} look likely to help: {last.gain:+.2f}{within}."
    return f"{told}Whether {more} would help is open: {last.gain:+.2f}{within}."
