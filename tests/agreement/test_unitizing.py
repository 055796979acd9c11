"""Alphas over spans that coders chose themselves, and gamma."""

import itertools
import json
import sys

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from semcode.agreement import (
    cu_alpha,
    cu_alpha_domains,
    gamma,
    join_continua,
    krippendorff_alpha,
    ku_alpha,
    u_alpha,
    u_alpha_1995,
    u_alpha_binary,
)
from semcode.errors import InputError

# Krippendorff (2004: 254), two observers on a continuum from 150 to 450, in DKPro's form.
P254 = {
    "one": [(225, 295, "c"), (370, 400, "c"), (180, 240, "k"), (300, 350, "k")],
    "two": [
        (220, 300, "c"),
        (355, 375, "c"),
        (400, 420, "c"),
        (180, 240, "k"),
        (300, 350, "k"),
    ],
}
EXTENT = (150, 450)
# Krippendorff (1995), Bertha and Bill, digitized: which of 24 points each marked.
BERTHA = [*range(2, 10), *range(14, 20)]
BILL = [*range(4, 8), 15, 16]


def test_krippendorff_2004_page_254():
    """The book prints .8591 for all, from rounded parts; unrounded it is .8587."""
    c = u_alpha_1995(P254, extent=EXTENT, label="c")
    assert 1 - c.observed == pytest.approx(0.0144, abs=5e-5)
    assert 1 - c.expected == pytest.approx(0.0532, abs=5e-5)
    assert c.value == pytest.approx(0.7286, abs=5e-5)
    k = u_alpha_1995(P254, extent=EXTENT, label="k")
    assert 1 - k.observed == 0
    assert 1 - k.expected == pytest.approx(0.0490, abs=5e-5)
    assert k.value == 1.0
    whole = u_alpha_1995(P254, extent=EXTENT)
    assert whole.value == pytest.approx(0.858665, abs=1e-6)
    assert pytest.approx(0.8591, abs=5e-5) == 1 - (0.0144 + 0.0) / (0.0532 + 0.0490)


@pytest.mark.shared
def test_reference_set_of_page_254(reference):
    (entry,) = [entry for name, entry in reference.items() if "p.254" in name]
    spans = {0: [], 1: []}
    for start, length, coder, label in entry["data"]:
        spans[coder].append((start, start + length, label))
    found = u_alpha_1995(spans, extent=EXTENT)
    assert found.value == pytest.approx(entry["recomputed"]["u_alpha"], abs=1e-6)


def test_units_of_one_character_are_ordinary_alpha():
    """Krippendorff (1995): alpha .329 over 24 digitized points."""
    spans = {
        "bertha": [(point, point + 1, "x") for point in BERTHA],
        "bill": [(point, point + 1, "x") for point in BILL],
    }
    table = [[point in BERTHA, point in BILL] for point in range(24)]
    for form in (u_alpha, u_alpha_binary):
        found = form(spans, extent=(0, 24))
        assert found.value == pytest.approx(0.329, abs=5e-4)
        assert found.value == pytest.approx(krippendorff_alpha(table).value)


def literal(form, spans, size):
    """Character by character and unit by unit, straight from the formulas of 2016/2019."""
    coders = list(spans)
    m = len(coders)
    value = {
        coder: {p: label for start, end, label in spans[coder] for p in range(start, end)}
        for coder in coders
    }
    if form == "binary":
        value = {coder: dict.fromkeys(found, "x") for coder, found in value.items()}
    gap = None if form == "cu" else "gap"
    shared = {}
    for one, two in itertools.permutations(coders, 2):
        for p in range(size):
            pair = value[one].get(p, gap), value[two].get(p, gap)
            if None not in pair:
                shared[pair] = shared.get(pair, 0) + 1 / (m - 1)
    alone = {}
    for coder in coders:
        units = spans[coder]
        if form == "binary":
            units = joined(units)
        for start, end, label in units:
            length = end - start
            if form == "cu":
                others = [other for other in coders if other != coder]
                length = sum(p in value[o] for o in others for p in range(start, end)) / (m - 1)
            alone[label] = alone.get(label, 0) + length**2
        if gap:
            alone[gap] = alone.get(gap, 0) + sum(p not in value[coder] for p in range(size))
    total = sum(shared.values())
    used = {}
    for (one, _), length in shared.items():
        used[one] = used.get(one, 0) + length
    room = total**2 - sum(alone.values())
    if room <= 1e-9:
        return None
    same = sum(total * (length**2 - alone.get(label, 0)) / room for label, length in used.items())
    agreed = sum(length for (one, two), length in shared.items() if one == two)
    return None if total - same < 1e-9 else 1 - (total - agreed) / (total - same)


def joined(units):
    done = []
    for start, end, _ in sorted(units, key=lambda unit: unit[:2]):
        if done and start < done[-1][1]:
            done[-1] = (done[-1][0], max(end, done[-1][1]), "x")
        else:
            done.append((start, end, "x"))
    return done


@st.composite
def partitions(draw):
    size = draw(st.integers(5, 40))
    spans = {}
    for coder in range(draw(st.integers(2, 4))):
        cuts = sorted(draw(st.sets(st.integers(0, size), max_size=8)))
        labels = [draw(st.sampled_from(["a", "b", "c", None])) for _ in cuts]
        spans[coder] = [
            (start, end, label)
            for start, end, label in zip(cuts, cuts[1:], labels, strict=False)
            if label
        ]
    return spans, size


@settings(max_examples=150, deadline=None, derandomize=True)
@given(partitions())
def test_family_against_the_literal_formulas(made):
    spans, size = made
    assume(any(spans.values()))
    for name, form in (("u", u_alpha), ("binary", u_alpha_binary), ("cu", cu_alpha)):
        wanted = literal(name, spans, size)
        found = form(spans, extent=(0, size))
        if wanted is None or found.value is None:
            assert wanted is None
            assert found.value is None
            assert found.reason
        else:
            assert found.value == pytest.approx(wanted, abs=1e-9)


def test_perfect_agreement_and_boundaries():
    same = [(0, 10, "a"), (20, 30, "b")]
    spans = {"x": same, "y": same}
    assert u_alpha(spans, extent=(0, 50)).value == pytest.approx(1.0)
    assert u_alpha_binary(spans, extent=(0, 50)).value == pytest.approx(1.0)
    assert cu_alpha(spans, extent=(0, 50)).value == pytest.approx(1.0)
    moved = {"x": same, "y": [(5, 15, "a"), (20, 30, "b")]}
    assert 0 < u_alpha(moved, extent=(0, 50)).value < 1
    swapped = {"x": same, "y": [(0, 10, "b"), (20, 30, "a")]}
    assert u_alpha_binary(swapped, extent=(0, 50)).value == pytest.approx(1.0)
    assert cu_alpha(swapped, extent=(0, 50)).value < 0
    by_label = ku_alpha(swapped, extent=(0, 50))
    assert set(by_label) == {"a", "b"}
    assert by_label["a"].value < 0
    assert ku_alpha(spans, extent=(0, 50))["b"].value == pytest.approx(1.0)


def test_nothing_shared_is_undefined_not_one():
    spans = {"x": [(0, 10, "a")], "y": [(20, 30, "b")]}
    found = cu_alpha(spans, extent=(0, 50))
    assert found.value is None
    assert "No two coders marked the same text" in found.reason
    assert u_alpha(spans, extent=(0, 50)).value < 0
    one_label = cu_alpha({"x": [(0, 10, "a")], "y": [(5, 15, "a")]}, extent=(0, 50))
    assert "0/0" in one_label.reason
    assert all(found.value is None for found in ku_alpha(spans, extent=(0, 50)).values())


def test_edges_of_the_family():
    assert "No coder marked" in u_alpha({"x": [], "y": []}, extent=(0, 9)).reason
    assert "second coder" in u_alpha({"x": [(0, 1, "a")]}, extent=(0, 9)).reason
    assert "second coder" in u_alpha_1995({"x": [(0, 1, "a")]}, extent=(0, 9)).reason
    assert "No coder" in u_alpha_1995({"x": [], "y": []}, extent=(0, 9), label="a").reason
    assert u_alpha({"x": [(0, 9, "a")], "y": [(0, 9, "a")]}, extent=(0, 9)).value is None
    with pytest.raises(InputError, match="a and b") as refused:
        u_alpha({"x": [(0, 5, "a"), (3, 8, "b")], "y": []}, extent=(0, 9))
    assert refused.value.where == "coder x"
    for span in ((3, 3, "a"), (-1, 4, "a"), (5, 10, "a")):
        with pytest.raises(InputError, match="empty or outside"):
            u_alpha({"x": [span], "y": []}, extent=(0, 9))


def test_domains_may_overlap_and_need_naming():
    domains = {"a1": "A", "a2": "A", "b1": "B"}
    spans = {
        "x": [(0, 10, "a1"), (5, 15, "b1"), (30, 40, "a2")],
        "y": [(0, 10, "a2"), (5, 15, "b1"), (30, 40, "b1")],
    }
    found = cu_alpha_domains(spans, extent=(0, 60), domains=domains)
    assert 0 < found.value < 1
    apart = {coder: [span for span in marked if span[0] != 5] for coder, marked in spans.items()}
    renamed = {
        coder: [(start, end, domains[label]) for start, end, label in marked]
        for coder, marked in apart.items()
    }
    assert cu_alpha_domains(apart, extent=(0, 60), domains=domains).value == pytest.approx(
        cu_alpha(renamed, extent=(0, 60)).value
    )
    with pytest.raises(InputError, match="b1: no domain"):
        cu_alpha_domains(spans, extent=(0, 60), domains={"a1": "A", "a2": "A"})


def test_transcripts_are_joined():
    spans, extent = join_continua([(10, {"x": [(0, 5, "a")], "y": []}), (20, {"x": [(3, 4, "b")]})])
    assert extent == (0, 30)
    assert spans == {"x": [(0, 5, "a"), (13, 14, "b")], "y": []}


GAMMA_SPANS = {
    "one": [(1, 5, "a"), (6, 10, "b"), (20, 24, "a"), (30, 34, "b")],
    "two": [(2, 6, "a"), (31, 35, "b")],
}


def test_gamma_of_dkpros_unequal_continuum():
    """DKPro Statistics, aligning fixture 02 (pygamma-agreement 0.5.9): disorder .70833."""
    pytest.importorskip("pygamma_agreement")
    state = np.random.get_state()[1].tolist()  # noqa: NPY002
    found = gamma(GAMMA_SPANS, seed=2)
    assert 1 - found.observed == pytest.approx(0.7083333, abs=1e-6)
    assert found.value == pytest.approx(0.567, abs=0.1)  # 30 random continua
    assert found.n_units == 6
    assert gamma(GAMMA_SPANS, seed=2) == found
    assert np.random.get_state()[1].tolist() == state  # noqa: NPY002


@pytest.mark.shared
def test_gammas_observed_disorder_in_every_fixture(shared):
    pytest.importorskip("pygamma_agreement")
    seen = 0
    for file in sorted((shared / "agreement" / "dkpro").glob("fixture_*.json")):
        fixture = json.loads(file.read_text(encoding="utf-8"))
        if "continuum" not in fixture:
            continue
        spans = {}
        for unit in fixture["continuum"]:
            span = unit["start"], unit["end"], unit["category"]
            spans.setdefault(unit["annotator"], []).append(span)
        found = gamma(
            spans,
            position_weight=fixture["params"]["alpha"],
            category_weight=fixture["params"]["beta"],
            empty=fixture["params"]["deltaEmpty"],
            seed=fixture["metadata"]["seed"],
        )
        wanted = fixture["tier1"]["bestAlignmentDisorder"]
        assert 1 - found.observed == pytest.approx(wanted, abs=1e-6)
        assert found.value == pytest.approx(fixture["tier3"]["gamma"], abs=0.15)
        seen += 1
    assert seen == 6


def test_gamma_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygamma_agreement", None)
    with pytest.raises(InputError, match="pip install pygamma-agreement"):
        gamma(GAMMA_SPANS)


def test_gamma_needs_two_who_marked():
    pytest.importorskip("pygamma_agreement")
    assert "two coders" in gamma({"one": [(1, 5, "a")], "two": []}).reason
