"""Figures: escaped labels, the codes' order, whole-number axes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from semcode.findings import ReportData
from semcode.findings.axes import plot_text
from semcode.findings.plots import code_bars, code_heatmap, level_bars, rings
from semcode.findings.summary import count_codes, count_levels, matrix
from semcode.records import Level

Invent = Callable[..., ReportData]


def test_labels_are_text_not_markup() -> None:
    assert plot_text("<b>a</b> & b") == "&lt;b&gt;a&lt;/b&gt; &amp; b"
    assert plot_text("") == "(no name)"


def test_long_labels_wrap_and_end_in_a_mark() -> None:
    lines = plot_text("word " * 40, width=20, lines=2).split("<br>")
    assert len(lines) == 2
    assert max(map(len, lines)) <= 20
    assert lines[-1].endswith("…")


def test_rings_lie_inside_one_another(invent: Invent) -> None:
    drawn = rings(count_levels(invent(n_people=2)))
    assert [ring.count.level for ring in drawn] == list(Level)[::-1]
    for outer, inner in pairwise(drawn):
        assert outer.cy + outer.ry == inner.cy + inner.ry
        assert outer.rx > inner.rx
        assert outer.label_y < inner.cy - inner.ry


def test_bars_hold_the_counts_under_headings_of_levels(invent: Invent) -> None:
    counts = count_codes(invent())
    figure = code_bars(counts)
    bars, axis = figure["data"][0], figure["layout"]["yaxis"]
    assert bars["x"] == [row.segments for row in counts]
    assert bars["text"] == [str(row.segments) for row in counts]
    label = dict(zip(axis["tickvals"], axis["ticktext"], strict=True))
    assert [label[row] for row in bars["y"]] == [row.code.name for row in counts]
    assert label[0] == "<b>Intrapersonal</b>"
    assert len(label) == len(counts) + 5


def test_small_counts_get_whole_ticks(invent: Invent) -> None:
    figure = level_bars(count_levels(invent(n_people=1, per_person=3)))
    assert figure["layout"]["xaxis2"]["dtick"] == 1


def test_heat_map_shows_shares_and_tells_counts(invent: Invent) -> None:
    table = matrix(invent())
    trace = code_heatmap(table)["data"][0]
    n, of = table.counts[0][0], table.segments[0]
    assert trace["z"][0] == [None] * 8  # the heading's row
    assert trace["z"][1][0] == round(n / of, 4)
    assert f"{n} of {of} segments" in trace["hovertext"][1][0]
    shares = [share for row in trace["z"] for share in row if share is not None]
    assert (trace["zmin"], trace["zmax"]) == (
        0,
        max(shares),
    )  # plotly ignores one without the other
    assert len(code_heatmap(matrix(invent(n_people=20, per_person=4)))["data"][0]["x"]) == 20
