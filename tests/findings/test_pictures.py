"""Pictures for documents: the plots of the page, drawn without a browser."""

from __future__ import annotations

import io
import warnings

import matplotlib.image
import numpy as np
import pytest

from semcode.findings.blocks import Drawing, Figure
from semcode.findings.cooccurrence_finding import cooccurrence
from semcode.findings.pictures import drawing_pictures, figure_pictures
from semcode.findings.saturation_finding import saturation
from semcode.findings.sem_matrix import sem_matrix
from semcode.findings.topics_map import MapGroup, topics_map

ROWS = [
    ("P1", "Family", 0, ["barrier"]),
    ("P1", "Guilt", 0, []),
    ("P2", "Family", 300, ["facilitator"]),
    ("P2", "Guilt", 300, []),
    ("P3", "Guilt", 600, []),
]


def seen(image: bytes) -> np.ndarray:
    """Give a picture's dots, (height, width, 3) in [0, 1]."""
    return matplotlib.image.imread(io.BytesIO(image), format="png")[:, :, :3]


def has(dots: np.ndarray, color: str) -> bool:
    wanted = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    return bool((np.abs(dots - wanted).max(axis=2) < 0.02).sum() > 20)


@pytest.fixture
def figures(small_study):
    data = small_study(ROWS)
    findings = (sem_matrix(data), saturation(data, orders=20), cooccurrence(data))
    return [block for one in findings for block in one.blocks if isinstance(block, Figure)]


def test_every_figure_of_the_findings_is_drawn_as_wide_as_asked(figures):
    assert {figure.key for figure in figures} == {"sem", "saturation", "cooccurrence", "course"}
    for figure in figures:
        (image,) = figure_pictures(figure, width=5.0)
        dots = seen(image)
        assert dots.shape[1] == 1_000
        assert dots.std() > 0.02, figure.key


def test_a_heat_map_holds_its_scale_and_the_levels_colours(figures):
    (sem,) = (figure for figure in figures if figure.key == "sem")
    dots = seen(figure_pictures(sem, width=6.0)[0])
    assert has(dots, "#4f8fdb")  # the most
    assert has(dots, "#f2f3f5")  # none


def test_a_tall_heat_map_becomes_several_pictures(small_study):
    from semcode.findings.matrix_plots import code_by_column

    data = small_study(ROWS)
    codes = [data.codes[0]] * 60
    cells = [["1"] * 2] * 60
    spec = code_by_column(codes, ["a", "b"], [[0.5, 1.0]] * 60, texts=cells, hover=cells, title="")
    images = figure_pictures(Figure("tall", "", "", spec), width=6.0)
    assert len(images) == 3
    assert all(seen(image).shape[0] < 6.3 * 200 for image in images)


def test_points_of_a_map_have_their_topics_colours():
    groups = [
        MapGroup("T1 buses", [0.1, 0.2], [0.1, 0.2], ["P1", "P2"], ["a", "b"]),
        MapGroup(None, [0.9], [0.9], ["P1"], ["c"]),
    ]
    figure = Figure("map", "", "", topics_map(groups))
    dots = seen(figure_pictures(figure, width=5.0)[0])
    assert has(dots, "#0072b2") or has(dots, "#3390c1")  # a point, or it as seen through
    top, bottom = figure.spec["layout"]["yaxis"]["range"][::-1]
    assert top < bottom  # the same way up as the map of the review page


def test_drawings_are_drawn_with_the_style_sheet():
    svg = (
        '<svg viewBox="0 0 400 200"><circle class="alter alter-community" cx="100" cy="100" '
        'r="40"/><line class="tie tie-strain" stroke-width="6" x1="200" y1="10" x2="200" '
        'y2="190"/><path class="tie" fill="none" stroke-width="4" d="M250 20 Q300 100 350 20"/>'
        '<text class="halo" x="300" y="150" font-size="20" text-anchor="middle">A &amp; B</text>'
        "</svg>"
    )
    (image,) = drawing_pictures(Drawing("d", "", "", svg), width=4.0)
    dots = seen(image)
    assert dots.shape[:2] == (400, 800)
    assert has(dots, "#a65896")
    assert has(dots, "#d55e00")
    assert has(dots[:, 450:], "#1c1d20")  # the text


def test_an_element_that_cannot_be_drawn_is_a_fault():
    svg = '<svg viewBox="0 0 4 2"><rect width="1" height="1"/></svg>'
    with pytest.raises(ValueError, match="rect"):
        drawing_pictures(Drawing("d", "", "", svg), width=1.0)


def test_foreign_letters_and_dollars_are_text_and_no_fault():
    text = '<text x="10" y="100" font-size="20">$\\frac{1}$ 母 $</text>'
    svg = f'<svg viewBox="0 0 400 200">{text}</svg>'
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (image,) = drawing_pictures(Drawing("d", "", "", svg), width=2.0)
    assert has(seen(image), "#1c1d20")
