"""The agreement page: drawn in a real browser, and hostile names do nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from semcode.evaluate import (
    VIEWS,
    AgreementReport,
    CodeName,
    Comparison,
    Options,
    Place,
    agreement_report,
    drop,
    model_table,
    plain_report,
)
from semcode.findings import (
    AgreementPage,
    TablePage,
    render_agreement,
    render_table_agreement,
)
from semcode.findings.agreement_plots import forest, narrow
from semcode.records import Level

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
EVIL = (
    "</script><script>steal()</script><img src=https://evil.example onerror=steal()> %{x} <b>&amp;"
)
AT = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)


def compared(name: str = "Code", *, errs: float = 0.08, n_codes: int = 8) -> AgreementReport:
    generator = np.random.default_rng(5)
    truth = generator.random((n_codes, 240)) < 0.15
    truth[-1] = False
    ratings = np.stack(
        [truth ^ (generator.random(truth.shape) < share) for share in (errs, errs, 0.2)], axis=-1
    ).astype(np.int8)
    ratings[-1] = 0
    levels = [*Level, None]
    everyone = Comparison(
        "segment",
        (f"{name} ana", f"{name} ben", f"{name} machine"),
        tuple(
            CodeName(str(i), f"{name} {i}", levels[i * len(levels) // n_codes])
            for i in range(n_codes)
        ),
        ratings,
        tuple(Place(f"{name} T{u // 30}", f"{name} P{u // 30}", u, u + 1) for u in range(240)),
        total_units=400,
        notes=(name,),
    )
    options = Options(resamples=200)
    model = model_table(everyone, model=2, options=options, notes=(name,))
    people = drop(everyone, 2)
    report = agreement_report(people, by=tuple(VIEWS), options=options, model=model, codebook=name)
    return replace(
        report, disputed=tuple(replace(item, text=f"{name} said") for item in report.disputed)
    )


@pytest.fixture(scope="module")
def report() -> AgreementReport:
    return compared()


def page(report: AgreementReport, name: str = "A study") -> str:
    return render_agreement(AgreementPage(name, name, AT, report))


def test_the_page_holds_the_reports_words_and_numbers(report: AgreementReport) -> None:
    html = page(report)
    text = re.sub(r"<script.*?</script>|<style.*?</style>", "", html, flags=re.DOTALL)
    assert "".join(report.methods[:1]) in text
    assert f"30 of {len(report.disputed)} disputed segments" in text
    assert "60% of the study’s 400 segments are double-coded" in text
    assert text.count('<article class="dispute">') == 30
    assert "Nobody used" in text
    assert page(report) == html


def test_it_asks_for_nothing(report: AgreementReport) -> None:
    html = page(report)
    assert "default-src &#39;none&#39;" in html
    head = html[: html.index("<script")]
    assert not re.search(r"(src|href)=\"(?!#|data:,)", head)
    assert "@import" not in head


def test_without_disagreement_or_model_it_still_says_something() -> None:
    same = compared(errs=0.0)
    html = page(replace(same, model=None))
    assert "No two codes were put in each other’s place" in html
    assert "Coders agree on every segment" in html
    assert "The model, apart" not in html


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("name", ["Code", EVIL])
def test_figures_are_drawn_and_no_host_is_asked(name: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(page(compared(name), name), encoding="utf-8")
    done = subprocess.run(
        [
            str(BROWSER),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--enable-logging=stderr",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--log-net-log={tmp_path / 'net.json'}",
            "--virtual-time-budget=5000",
            "--dump-dom",
            (tmp_path / "page.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    assert "evil.example" not in (tmp_path / "net.json").read_text(errors="replace")
    assert "<img" not in done.stdout
    for figure in ("forest", "confusions", "gaps"):
        start = done.stdout.index(f'data-figure="{figure}"')
        assert 'class="main-svg"' in done.stdout[start : start + 3000]
    assert "This figure needs JavaScript" not in done.stdout


def test_a_narrow_screen_has_the_names_above_the_lines(report: AgreementReport) -> None:
    wide = forest(report.codes, report.tables["code"], report.tables["level"])
    slim = narrow(wide)
    named = [item["text"] for item in slim["layout"]["annotations"]]
    assert all(text.replace("<br>", " ") in named for text in wide["layout"]["yaxis"]["ticktext"])
    assert slim["layout"]["yaxis"]["showticklabels"] is False
    assert wide["layout"]["yaxis"].get("showticklabels") is not False
    assert slim["layout"]["height"] > wide["layout"]["height"]
    html = page(report)
    assert 'data-figure="forest-narrow"' in html
    assert 'data-figure="gaps-narrow"' in html


@pytest.mark.parametrize("name", ["much", EVIL])
def test_a_plain_table_has_its_page(name: str) -> None:
    cells = [[name, name], [name, "some"], ["none", "none"], ["some", "some"]] * 6
    found = plain_report(cells, coders=("ana", EVIL), options=Options(resamples=200))
    html = render_table_agreement(TablePage(name, AT, found))
    text = re.sub(r"<script.*?</script>|<style.*?</style>", "", html, flags=re.DOTALL)
    assert "<img" not in text
    assert "default-src &#39;none&#39;" in html
    for figure in ("forest", "forest-narrow", "categories", "confusions"):
        assert f'data-figure="{figure}"' in text
    assert "were compared on 24 units" in text
    assert render_table_agreement(TablePage(name, AT, found)) == html
    weighted = plain_report(
        [["1", "2"], ["2", "2"], ["3", "3"]],
        coders=("a", "b"),
        level="ordinal",
        options=Options(resamples=200),
    )
    html = render_table_agreement(TablePage("t.csv", AT, weighted))
    assert "Agreement by category" not in html
    assert "Gwet’s AC2" in html
