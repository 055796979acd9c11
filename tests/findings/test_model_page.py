"""The page about the model: every part is there, and hostile names do nothing."""

from datetime import UTC, datetime

import numpy as np
import pytest

from semcode.evaluate.beside_coders import beside_coders, disputed
from semcode.evaluate.data import Options
from semcode.evaluate.fairness import fairness
from semcode.evaluate.learning_curve import Curve, CurvePoint, Forecast
from semcode.evaluate.model_quality import Judged, error_sums
from semcode.evaluate.model_report import ModelReport, model_report, section
from semcode.findings.model_page import ModelPage, render_model
from semcode.records import Level

EVIL = "</script><script>steal()</script><img src=https://evil.example onerror=steal()> <b>&amp;"
AT = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
OPTIONS = Options(resamples=100, cluster="participant")


def made(name="Code", *, audit=True, people=12, strangers=0.0) -> ModelReport:
    rng = np.random.default_rng(0)
    codes, units = 7, 20 * people
    truth = (rng.random((units, codes)) < 0.2).astype(float)
    truth[:, -1] = 0
    p = np.clip(0.5 * truth + 0.6 * rng.random((units, codes)), 0, 1)
    who = [f"{name} P{unit % people}" for unit in range(units)]
    judged = Judged(p, p > 0.5, truth, who)
    levels = [*Level, None]
    labels = [
        (f"{name} {i}", level.value if (level := levels[i % 6]) else None) for i in range(codes)
    ]
    parts = [
        section(
            basis, f"On {name},", judged, judged, labels, [x[0] for x in labels], options=OPTIONS
        )
        for basis in ("audit", "left out")
    ]
    numbers = np.array([unit % people for unit in range(units)])
    ratings = np.stack([truth, truth], axis=2).astype(np.int8)
    names = [f"{name} P{i}" for i in range(people)]
    return model_report(
        codebook=name,
        codebook_version=2,
        model=name,
        strangers=strangers,
        options=OPTIONS,
        audit=parts[0] if audit else None,
        left_out=parts[1],
        curve=Curve(
            tuple(CurvePoint(n, 20.0 * n, 140.0 * n, 0.3 + n / 40, (0.2, 0.6)) for n in (1, 4, 9)),
            (Forecast(2.0, 480, 0.6, 0.05, (0.4, 0.7), (0.01, 0.09)),),
            "",
            f"Curve of {name}.",
        ),
        fairness=fairness(
            error_sums(judged, numbers, people),
            names,
            {who: {name: "AB"[i % 2]} for i, who in enumerate(names)},
            options=OPTIONS,
        ),
        pairs=beside_coders(ratings, (f"{name} ana", "ben"), p, p > 0.5, who, options=OPTIONS),
        disputed=disputed(ratings, p > 0.5),
        examples={f"{name} 0": 3, f"{name} 1": 30},
        folds=10,
        notes=[name],
    )


def test_every_part_is_there():
    text = render_model(ModelPage("My study", None, AT, made()))
    for heading in (
        "The audit sample",
        "Participants left out",
        "The model beside coders",
        "What more coding would bring",
        "For whom it errs",
        "Methods paragraph",
    ):
        assert f">{heading}</h2>" in text
    assert "nobody gave it" in text
    assert "Code 0 (3)" in text
    assert "Code 1 (30)" not in text
    assert text == render_model(ModelPage("My study", None, AT, made()))


def test_without_an_audit_the_page_warns():
    text = render_model(ModelPage("My study", None, AT, made(audit=False)))
    assert "No random blind audit sample has been read" in text
    assert 'id="audit"' not in text


@pytest.mark.parametrize("name", [EVIL, "\ud800 lone", "“‘ ‮"])
def test_hostile_names_do_nothing(name):
    text = render_model(ModelPage(name, name, AT, made(name)))
    assert "<script>steal" not in text
    assert "<img src=https" not in text
    assert text.count("</script>") == 3
    assert "default-src &#39;none&#39;" in text


def test_the_words_follow_the_figures():
    report = made()
    assert report.main is report.audit
    assert report.summary[0].startswith("On Code, precision over all decisions is ")
    assert "new people the left-out figures" in report.summary[1]
    assert "80% of these segments are of participants" in made(strangers=0.8).summary[1]
    assert report.few == (("Code 0", 3),)
    assert "sample of 240 segments of 12 participants" in " ".join(report.methods)
    assert not any("fewer than 10" in note for note in report.notes)
    assert any("fewer than 10" in note for note in made(people=6).notes)


def test_codings_of_all_codes_are_not_counted_out_of_segments():
    report = made()
    text = render_model(ModelPage("My study", None, AT, report))
    total = f"{report.left_out.micro.n_positive:,}"
    row = text.split(">all decisions pooled", 1)[1].split("</tr>", 1)[0]
    assert f">{total}<" in row
    assert "of 240" not in row
    assert "divided by what the one and what the other gave in all" in text
