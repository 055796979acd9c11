import pytest

from semcode.findings.cooccurrence import code_course, count_together
from semcode.findings.cooccurrence_finding import cooccurrence


def test_pairs_by_hand(small_study):
    said = [
        ("P1", "Guilt", 0, []),
        ("P1", "Family", 0, []),
        ("P1", "Guilt", 20, []),
        ("P2", "Family", 4, []),
        ("P2", "Guilt", 0, []),
        ("P2", "Parenthood", 90, []),
    ]
    together = count_together(small_study(said))
    # P2's Family at 4 to 14 covers 6 of the first unit and 4 of the second: the first alone.
    assert together.counts == {"Guilt": 3, "Family": 2, "Parenthood": 1}
    assert [(p.one, p.other, p.both) for p in together.pairs] == [("Family", "Guilt", 2)]
    assert together.pairs[0].jaccard == pytest.approx(2 / 3)
    assert together.units == 20


def test_where_codes_stand_in_the_interview(small_study):
    data = small_study([("P1", "Guilt", 0, []), ("P1", "Guilt", 90, []), ("P1", "Guilt", 47, [])])
    course = code_course(data, [c for c in data.codes if c.name == "Guilt"])
    assert course.counts.tolist() == [[1, 0, 1, 0, 1]]


def test_the_finding_draws_what_meets(small_study):
    said = [(f"P{n}", code, 0, []) for n in (1, 2, 3) for code in ("Guilt", "Family")]
    finding = cooccurrence(small_study(said))
    kinds = [type(block).__name__ for block in finding.blocks]
    assert {"Figure", "Table", "Drawing"} <= set(kinds)
    alone = cooccurrence(small_study([("P1", "Guilt", 0, [])]))
    assert "No two codes stand on one unit." in alone.blocks


def test_names_of_codes_are_escaped_in_the_drawing(small_study):
    from dataclasses import replace

    said = [(f"P{n}", code, 0, []) for n in (1, 2, 3) for code in ("Guilt", "Family")]
    data = small_study(said)
    evil = "<script>x</script>"
    codes = [replace(c, name=evil, path=(evil,)) if c.name == "Family" else c for c in data.codes]
    passages = [replace(p, code=evil) if p.code == "Family" else p for p in data.passages]
    finding = cooccurrence(replace(data, codes=codes, passages=passages))
    drawn = next(b.svg for b in finding.blocks if type(b).__name__ == "Drawing")
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn
