import json

import pytest

from semcode.errors import InputError
from semcode.findings.coded import CodedPassage, join_coders
from semcode.findings.findings_page import render_findings
from semcode.findings.intervals import wilson
from semcode.findings.sem_matrix import sem_by_attribute, sem_matrix
from semcode.records import Participant

SAID = [
    ("P1", "Guilt", 0, ["barrier"], ("ana", "ben")),
    ("P1", "Parenthood", 20, ["facilitator"]),
    ("P2", "Guilt", 0, []),
    ("P2", "Family", 30, ["barrier", "facilitator"]),
    ("P3", "Family", 0, ["barrier"]),
]


def row(finding, code=None, level=None):
    rows = finding.data["rows"]
    return next(r for r in rows if r["code"] == code and (code or r["level"] == level))


def cell(row, value=None, facet=None):
    return next(
        c
        for c in row["cells"]
        if c["value"] == value and (facet is None or value or c["facet"] == facet)
    )


def test_counts_by_hand(small_study):
    finding = sem_matrix(small_study(SAID))
    guilt, parent = row(finding, "Guilt"), row(finding, "Parenthood")
    inner = row(finding, level="intrapersonal")
    assert (cell(guilt)["participants"], cell(guilt)["passages"], cell(guilt)["codings"]) == (
        2,
        2,
        3,
    )
    assert (cell(parent)["participants"], cell(parent)["passages"]) == (2, 3)
    assert (cell(inner)["participants"], cell(inner)["passages"]) == (2, 3)
    assert "a passage with two codes counts for each" in finding.blocks[0]
    assert cell(row(finding, "Family"), "barrier")["participants"] == 2
    assert cell(row(finding, "Family"), "facilitator")["participants"] == 1
    unset = next(c for c in guilt["cells"] if c["facet"] and not c["value"])
    assert unset["participants"] == 1
    assert cell(row(finding, "Never"))["participants"] == 0


def test_every_cell_leads_to_its_quotes(small_study):
    data = sem_matrix(small_study(SAID)).data
    for one in data["rows"]:
        for own in one["cells"]:
            behind = [data["quotes"][n] for n in own["quotes"]]
            assert len(behind) == own["passages"]
            assert len({q["participant"] for q in behind}) == own["participants"]
            if own["value"]:
                assert all(own["value"] in q["facets"] for q in behind)
    json.dumps(data)


def test_wilson_against_the_published_example_and_statsmodels():
    # Newcombe RG (1998). Statistics in Medicine 17, 857-872, table I, method 3.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)
    assert wilson(0, 0) is None
    from statsmodels.stats.proportion import proportion_confint

    for count, n in ((3, 7), (7, 7), (10, 36)):
        assert wilson(count, n) == pytest.approx(proportion_confint(count, n, method="wilson"))


def people(*sites):
    return [Participant(f"P{n}", {"site": s, "age": str(20 + n)}) for n, s in enumerate(sites, 1)]


def test_small_counts_are_withheld_everywhere(small_study):
    said = [(f"P{n}", "Guilt", 0, []) for n in (1, 5, 6, 7)]
    data = small_study(said, people=people("A", "A", "A", "A", "B", "B", "B"))
    finding = sem_by_attribute(data, "Site")
    assert row(finding, "Guilt")["groups"] == {"A": None, "B": None}
    assert row(finding, "Family")["groups"]["A"]["participants"] == 0
    written = json.dumps([finding.data, str(finding.grids), str(finding.blocks)])
    assert "P1_t" not in written
    shown = sem_by_attribute(data, "site", smallest=1)
    assert row(shown, "Guilt")["groups"]["A"]["participants"] == 1
    low = row(shown, "Guilt")["groups"]["A"]["share"]["low"]
    assert low == pytest.approx(wilson(1, 4)[0])


def test_numbers_are_cut_at_the_median_and_that_is_said(small_study):
    finding = sem_by_attribute(small_study(SAID, people=people("A", "A", "B")), "age", smallest=1)
    assert finding.data["groups"] == {"up to 22": 2, "over 22": 1}
    assert any("median, 22" in block for block in finding.blocks if isinstance(block, str))


def test_an_unknown_attribute_names_those_there_are(small_study):
    with pytest.raises(InputError, match="Use one of: site, age"):
        sem_by_attribute(small_study(SAID, people=people("A", "A", "B")), "shoe size")


def passage(coder, start, end, facets=()):
    return CodedPassage("T", "P1", start, end, "", "Guilt", facets, (coder,))


def test_two_coders_at_one_place_count_once_and_one_coder_twice():
    texts = {"T": "x" * 200}
    joined = join_coders(
        [passage("ana", 0, 50, ("barrier",)), passage("ben", 10, 60), passage("ana", 50, 90)], texts
    )
    assert [(p.start, p.end, p.coders, p.codings) for p in joined] == [
        (0, 60, ("ana", "ben"), 2),
        (50, 90, ("ana",), 1),
    ]
    assert joined[0].facets == ("barrier",)
    apart = join_coders([passage("ana", 0, 50), passage("ben", 45, 100)], texts)
    assert len(apart) == 2


def test_the_page_is_escaped_and_asks_for_nothing(small_study):
    evil = "</script><script>steal()</script><img src=https://evil.example>"
    data = small_study(SAID, text=evil)
    page = render_findings(
        [sem_matrix(data)], study=evil, notice=evil, generated_at=data.generated_at
    )
    assert "<script>steal()" not in page
    assert "<img src=https" not in page
    assert "default-src &#39;none&#39;" in page
    assert page == render_findings(
        [sem_matrix(data)], study=evil, notice=evil, generated_at=data.generated_at
    )
