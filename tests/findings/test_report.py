"""The page: nothing from outside, everything as text, the same for the same data."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from semcode.findings import (
    ReportCode,
    ReportData,
    render_report,
)
from semcode.findings.summary import totals
from semcode.records import Level

Invent = Callable[..., ReportData]
SCRIPT = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)


class Page(HTMLParser):
    """Collect tags with their attributes, and the text outside scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in ("script", "style") else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        (self.scripts if self._inside == "script" else self.words).append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def named(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.tags if name == tag)


def policy_of(html: str) -> str:
    return next(
        given["content"] or "" for given in Page(html).named("meta") if "http-equiv" in given
    )


def _empty() -> ReportData:
    return ReportData(
        study="Nothing yet",
        notice=None,
        generated_at=datetime(2026, 3, 2, 14, 5, tzinfo=UTC),
        codes=(),
        participants=(),
        transcripts=(),
        suggestions=(),
        codings=(),
        uncoded=(),
        n_segments=0,
    )


@pytest.fixture(scope="module")
def html(invent: Invent) -> str:
    return render_report(invent())


def test_hostile_text_stays_text(html: str, hostile: ReportData) -> None:
    page = Page(evil := render_report(hostile))
    assert sum(1 for _ in page.named("script")) == 3
    assert {name for name, _ in page.tags} <= {name for name, _ in Page(html).tags} | {"style"}
    assert not any(name.startswith("on") for _, given in page.tags for name in given)
    assert "steal()" in page.text
    assert "{{ 7*7 }}" in page.text
    assert evil.count("<script>steal()") == 0


def test_hostile_text_is_escaped_twice_for_plotly(hostile: ReportData) -> None:
    figures = json.loads(Page(render_report(hostile)).scripts[0])
    shown = json.dumps(figures)
    assert "&lt;/script&gt;" in shown
    assert not re.search(r"<(?!/?b>|br>)", shown)


def test_the_data_block_cannot_end_its_script(hostile: ReportData) -> None:
    html = render_report(hostile)
    block = SCRIPT.search(html)
    assert block is not None
    assert not re.search("[<>&\u2028\u2029]", block.group(1))


@pytest.mark.parametrize("study", ["invented", "hostile"])
def test_the_page_asks_for_nothing(html: str, hostile: ReportData, study: str) -> None:
    source = html if study == "invented" else render_report(hostile)
    page = Page(source)
    for name, given in page.tags:
        for key in ("src", "href", "srcset", "action", "data", "poster", "xlink:href"):
            value = given.get(key)
            assert value is None or value.startswith(("#", "data:,")), (name, key, value)
        assert "url(" not in (given.get("style") or "")
    style = source[source.index("<style>") : source.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert not {"iframe", "object", "embed", "base"} & {name for name, _ in page.tags}
    assert [given["rel"] for given in page.named("link")] == ["icon"]


def test_the_policy_allows_these_scripts_and_no_request(html: str) -> None:
    policy = policy_of(html)
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy
    assert "http" not in policy
    for body in SCRIPT.findall(html)[1:]:
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_numbers_in_the_page_are_the_counts(invent: Invent, html: str) -> None:
    data = invent()
    text = Page(html).text
    kept = {(s.transcript, s.start) for s in data.suggestions if s.status != "rejected"}
    accepted = sum(s.status == "accepted" for s in data.suggestions)
    assert f"Of {data.n_segments} segments spoken by 8 participants" in text
    assert f"{len(kept)} ({round(100 * len(kept) / data.n_segments)}%)" in text
    assert f"accepted {accepted} and" in text
    housing = [s for s in data.suggestions if s.code == "Housing instability"]
    standing = [s for s in housing if s.status != "rejected"]
    assert f"of {len(standing)} segments" in text
    row = re.search(r'row">Housing instability.*?</tr>', html, re.DOTALL)
    assert row is not None
    numbers = [int(value) for value in re.findall(r'class="num">(\d+)<', row.group())]
    n_accepted = sum(s.status == "accepted" for s in housing)
    assert numbers == [
        len(standing),
        len({s.participant for s in standing}),
        len(standing) - n_accepted,
        n_accepted,
        len(housing) - len(standing),
    ]


def test_equal_data_give_an_equal_page(invent: Invent, html: str) -> None:
    assert render_report(invent()) == html


def test_order_of_suggestions_changes_nothing(invent: Invent, html: str) -> None:
    data = invent()
    assert render_report(replace(data, suggestions=data.suggestions[::-1])) == html


def test_headings_are_in_order_and_ids_are_unique(html: str) -> None:
    page = Page(html)
    levels = [int(name[1]) for name, _ in page.tags if re.fullmatch("h[1-6]", name)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [given["id"] for _, given in page.tags if "id" in given]
    assert len(ids) == len(set(ids))
    targets = {given["href"] for given in page.named("a")}
    assert targets <= {f"#{name}" for name in ids}


def test_every_figure_has_words_and_a_table(html: str) -> None:
    page = Page(html)
    drawn = [given for given in page.named("div") if "data-figure" in given]
    assert [given["data-figure"] for given in drawn] == ["levels", "codes", "matrix", "uncoded"]
    assert all(given["role"] == "group" and given["aria-label"] for given in drawn)
    assert set(json.loads(page.scripts[0])) == {given["data-figure"] for given in drawn}
    n_tables = sum(1 for _ in page.named("table"))
    assert n_tables == sum(1 for _ in page.named("caption"))
    assert all("scope" in given for given in page.named("th"))


def test_what_scores_are_depends_on_a_learner(invent: Invent) -> None:
    data = invent(n_people=2, per_person=4)
    assert "is based on similarity" in Page(render_report(data)).text
    learned = replace(data, provenance={**data.provenance, "learner": {"labels": 120}})
    text = Page(render_report(learned)).text
    assert "is based on similarity" not in text
    assert "in this study (120 passages" in text
    assert "a learner trained on what people decided on 120 passages." in text
    elsewhere = {"learner": {"origin": "model.safetensors"}}
    text = Page(render_report(replace(data, provenance={**data.provenance, **elsewhere}))).text
    assert "trained on what people decided in another study" in text
    assert "a learner trained in another study." in text


def test_empty_study() -> None:
    html = render_report(_empty())
    text = Page(html).text
    assert "There are no suggestions in this study yet." in text
    assert "script-src 'none'" in policy_of(html)
    assert len(html) < 60_000  # no figure, so no plotly.js


def test_all_rejected(invent: Invent) -> None:
    data = invent(n_people=2, per_person=5)
    rejected = [replace(item, status="rejected") for item in data.suggestions]
    text = Page(render_report(replace(data, suggestions=rejected))).text
    assert f"People have rejected all of the {len(rejected)} suggestions" in text
    assert totals(replace(data, suggestions=rejected)).coded == 0


def test_one_participant_and_no_participants_table(invent: Invent) -> None:
    data = replace(invent(n_people=1, decided=False), participants=())
    text = Page(render_report(data)).text
    assert "spoken by 1 participant," in text
    assert "No characteristics of participants were recorded." in text
    assert "With one participant there is nothing to compare" in text
    assert "No codings by people were in the study" in text


def test_many_people_and_codes_with_long_names(invent: Invent) -> None:
    levels = [*Level, None]
    codes = [
        ReportCode(f"{i:03d} " + "a very long name " * 7, levels[i % 6], (str(i),), "")
        for i in range(100)
    ]
    html = render_report(invent(n_people=60, per_person=20, codes=codes))
    assert "No level" in html
    assert len(html.encode()) < 10_000_000


def test_twenty_thousand_suggestions_fit(invent: Invent) -> None:
    data = invent(n_people=36, per_person=360, per_segment=(0, 1, 2, 2, 3, 3))
    assert len(data.suggestions) > 20_000
    assert len(render_report(data).encode()) < 10_000_000


def test_no_lone_surrogate_reaches_the_file(invent: Invent) -> None:
    data = replace(invent(n_people=1, per_person=2), study="half \ud83d")
    render_report(data).encode("utf-8")


def test_hostile_study_fills_every_field(hostile: ReportData) -> None:
    assert all(getattr(hostile, field.name) for field in fields(hostile))
