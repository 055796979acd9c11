"""Whatever coders do, in any order: the log gives the stored state, and undo gives it back."""

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from semcode import Study
from semcode.errors import InputError
from semcode.study.review import Filters, Review
from semcode.study.review.rebuilding import check, rebuild, stored

CODERS = ("ana", "ben", "cy")
ACTS = (
    "accept",
    "accept_elsewhere",
    "reject",
    "change",
    "unsure",
    "skip",
    "code",
    "edit",
    "remove",
    "read",
    "bulk_accept",
    "bulk_reject",
    "settle",
    "undo",
    "redo",
)

steps = st.lists(
    st.tuples(
        st.sampled_from(CODERS),
        st.sampled_from(ACTS),
        st.integers(0, 11),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=25,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory, request):
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("review_conftest", Path(__file__).with_name("conftest.py"))
    helpers = module_from_spec(spec)
    spec.loader.exec_module(helpers)
    folder = tmp_path_factory.mktemp("template") / "study"
    helpers.make_study(folder)
    with Study(folder) as study:
        review = Review(study)
        for coder in CODERS:
            review.join(coder)
        segments = [
            (name, s.id, s.start, s.end)
            for name in ("T1", "T2")
            for s in review.transcript(name, "ana").segments
        ]
        for coder in ("ana", "ben"):  # so that settling is allowed
            review.read(coder, [s[1] for s in segments], request=str(uuid4()))
        review.close()
        codes = [c.guid for c in study.codebook()]
    return folder, segments, codes


def do(review, step, segments, codes, requests):  # noqa: C901 - one case an act
    coder, act, place, one, two = step
    name, segment, start, end = segments[place % len(segments)]
    code, other = codes[one], codes[two]
    request = str(uuid4())
    requests.append((coder, act, request))
    own = [c for c in review.transcript(name, coder).codings if c.own]
    coding = own[place % len(own)] if own else None
    match act:
        case "accept":
            review.accept(coder, segment, code, request=request, memo="m" * one)
        case "accept_elsewhere":
            review.accept(coder, segment, code, request=request, start=start + 3, end=end - two)
        case "reject":
            review.reject(coder, segment, code, request=request, note="no")
        case "change":
            review.change(coder, segment, code, other, request=request)
        case "unsure":
            review.unsure(coder, segment, code, request=request)
        case "skip":
            review.skip(coder, segment, code, request=request)
        case "code":
            facets = ["current"] if one == 0 else []
            review.code(coder, name, start, end - two, code, request=request, facets=facets)
        case "edit" if coding:
            review.edit(coder, coding.guid, request=request, code=other, memo=f"memo {place}")
        case "remove" if coding:
            review.remove(coder, coding.guid, request=request)
        case "read":
            review.read(coder, [segment], request=request)
        case "bulk_accept" | "bulk_reject":
            verdict, filters = act.removeprefix("bulk_"), Filters(codes=(code,), min_score=0.5)
            seen = review.preview_bulk(coder, verdict, filters)
            review.bulk(coder, verdict, filters, request=request, expected=seen.expected)
        case "settle":
            given = [code] if two else []
            review.settle(
                coder,
                name,
                start,
                end,
                given,
                rationale="so",
                request=request,
                coders=("ana", "ben"),
            )
        case "undo":
            review.undo(coder, request=request)
        case "redo":
            review.redo(coder, request=request)


@settings(
    max_examples=20,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=steps)
def test_the_log_gives_the_stored_state_and_undo_gives_it_back(template, plan):
    source, segments, codes = template
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "study"
        shutil.copytree(source, folder)
        with Study(folder) as study:
            before = stored(study.database)
            first = Review(study)
            requests = []
            last = first.history(limit=1)[0].id
            for step in plan:
                try:
                    do(first, step, segments, codes, requests)
                except InputError:
                    continue  # a change to the same code, a twin of another coding
            first.close()
            assert check(study.database) == []
            assert rebuild(study.database, until=last) == before
            assert rebuild(study.database) == stored(study.database)
            undo_everything(study, before, settled=any(step[1] == "settle" for step in plan))


def undo_everything(study, before, *, settled):
    """Undo in a new Review, as after a restart; all undone and redone is where it was."""
    review = Review(study)
    middle = stored(study.database)
    undone = {}
    for coder in CODERS:
        count = 0
        while review.undo(coder, request=str(uuid4())).decision:
            count += 1
        undone[coder] = count
    after = stored(study.database)
    read = {k for k in before.readings if k not in after.readings}
    assert after.codings == before.codings
    # The readings of the template were acts of ana and ben, and are undone with the rest.
    assert {k[1] for k in read} <= {"ana", "ben"}
    assert check(study.database) == []
    for coder in reversed(CODERS):
        for _ in range(undone[coder]):
            assert review.redo(coder, request=str(uuid4())).decision
    if not settled:  # what is settled belongs to all, so that one's redo may find it changed
        assert stored(study.database) == middle
    assert check(study.database) == []
    review.close()


def test_one_coder_gets_everything_back_exactly(template, tmp_path):
    source, segments, codes = template
    folder = tmp_path / "study"
    shutil.copytree(source, folder)
    with Study(folder) as study:
        review = Review(study)
        states = [stored(study.database)]
        plan = [("cy", act, n, n % 4, (n + 1) % 4) for n, act in enumerate(ACTS[:12] * 2)]
        for step in plan:
            try:
                do(review, step, segments, codes, [])
            except InputError:
                continue
            if stored(study.database) != states[-1]:
                states.append(stored(study.database))
        assert len(states) > 10
        back = [stored(study.database)]
        while review.undo("cy", request=str(uuid4())).decision:
            if stored(study.database) != back[-1]:
                back.append(stored(study.database))
        assert back == states[::-1]
        again = [stored(study.database)]
        while review.redo("cy", request=str(uuid4())).decision:
            if stored(study.database) != again[-1]:
                again.append(stored(study.database))
        assert again == states
        review.close()


@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    plan=steps,
    edits=st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 60), st.sampled_from(("", "so ", "xx"))),
        min_size=1,
        max_size=3,
    ),
    then=st.lists(st.sampled_from(("undo", "redo", "remove", "code")), max_size=8),
)
def test_the_log_holds_across_corrections(template, plan, edits, then):
    source, segments, codes = template
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "study"
        shutil.copytree(source, folder)
        file = Path(place) / "T1.txt"
        with Study(folder) as study:
            review = Review(study)
            for step in plan:
                with suppress(InputError):
                    do(review, step, segments, codes, [])
            text = review.transcript("T1", "ana").text
            for at, length, put in edits:
                at = max(at, 60)  # the first speaker's label stays
                text = text[:at] + put + text[at + length :]
            file.write_text(text)
            with suppress(InputError):
                review.correct("ana", "T1", file)
            assert check(study.database) == []
            for number, act in enumerate(then):
                with suppress(InputError):
                    after_correction(review, CODERS[number % 3], act, codes)
            assert check(study.database) == []
            for coder in CODERS:
                while review.undo(coder, request=str(uuid4())).decision:
                    pass
            assert check(study.database) == []
            review.close()


def after_correction(review, coder, act, codes):
    """Do what can be done while no codes are suggested anew."""
    view = review.transcript("T1", coder)
    own = [c for c in view.codings if c.own]
    match act:
        case "undo":
            review.undo(coder, request=str(uuid4()))
        case "redo":
            review.redo(coder, request=str(uuid4()))
        case "remove" if own:
            review.remove(coder, own[0].guid, request=str(uuid4()))
        case "code":
            turn = view.turns[-1]
            review.code(coder, "T1", turn.start, turn.end, codes[0], request=str(uuid4()))
