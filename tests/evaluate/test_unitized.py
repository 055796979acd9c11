import pytest

from semcode.agreement import u_alpha_binary
from semcode.errors import InputError
from semcode.evaluate import ModeText, Options, unitized_report

DOMAINS = {"g1": "Housing", "g2": "Housing", "g3": "Guilt"}
QUICK = Options(resamples=200)


def text(name, a, b, length=100):
    return ModeText(name, length, {"a": a, "b": b})


def run(texts, codes, **more):
    return unitized_report(
        texts,
        coders=("a", "b"),
        codes=codes,
        domains=DOMAINS,
        options=QUICK,
        with_gamma=False,
        **more,
    )


def test_one_code_over_one_text_is_u_alpha(codes):
    a, b = [(0, 40, "g1")], [(10, 50, "g1")]
    report = run([text("T1", a, b)], codes)
    row = report.rows[0]
    whole = u_alpha_binary({"a": a, "b": b}, extent=(0, 100)).value
    assert row["u_alpha"] == pytest.approx(whole)
    assert (row["n"], row["kind"], report.unit, report.n_units) == (2, "code", "span", 100)
    assert "cannot be resampled" in row["no_interval"]["u_alpha"]
    assert row["undefined"] == {}
    assert "marked anything" in report.rows[2]["undefined"]["u_alpha"]
    assert "pip install pygamma-agreement" in report.notes[0]


def test_texts_add_up_and_are_resampled(codes):
    texts = [text(f"T{n}", [(0, 30 + n, "g1")], [(5 * (n % 3), 30, "g1")]) for n in range(6)]
    report = run(texts, codes)
    row = report.rows[0]
    low, high = row["ci"]["u_alpha"]
    assert low < row["u_alpha"] < high
    moved = {
        coder: [
            (start + 100 * n, end + 100 * n, label)
            for n, one in enumerate(texts)
            for start, end, label in one.spans[coder]
        ]
        for coder in "ab"
    }
    assert row["u_alpha"] == pytest.approx(u_alpha_binary(moved, extent=(0, 600)).value)
    assert report.overall["u_alpha_binary"] == pytest.approx(row["u_alpha"])


def test_codes_of_a_domain_must_exclude_each_other(codes):
    apart = run(
        [text("T1", [(0, 40, "g1"), (50, 70, "g2")], [(0, 40, "g1"), (50, 60, "g2")])], codes
    )
    domain = apart.rows[-1]
    assert (domain["kind"], domain["cu_alpha"]) == ("domain", 1)
    over = run([text("T1", [(0, 40, "g1"), (30, 50, "g2")], [(0, 40, "g1")])], codes)
    assert over.rows[-1]["u_alpha"] is None
    assert "several of these codes" in over.rows[-1]["undefined"]["u_alpha"]


def test_nothing_to_compare_is_said(codes):
    with pytest.raises(InputError, match="No transcript"):
        run([], codes)
