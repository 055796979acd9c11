"""The learner behind the page: what it knows is what the study holds, whatever people do."""

import json
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from semcode import Study, store
from semcode.errors import InputError
from semcode.records import Level
from semcode.store.assignments import Assignment
from semcode.study.encoding import CachedEncoder
from semcode.study.learning import live_learner
from semcode.study.learning.labels import gather_labels
from semcode.study.learning.live_learner import LiveLearner
from semcode.study.learning.training import lessons, maker
from semcode.study.review import Add, Filters, Merge, Rename, Retire, Review, Shown
from semcode.suggest import choose, embedding_text

LONG = 120.0


@pytest.fixture
def spans(study):
    """Every segment of T1 and T2 with a code in turn: 12 coded passages."""
    found = []
    names = [code.name for code in study.codebook()]
    with study.database.read() as connection:
        for row in store.transcripts.rows(connection):
            segments = store.segments.of_transcript(connection, row.id)
            found += [
                (row.name, s.start, s.end, names[n % len(names)]) for n, s in enumerate(segments)
            ]
    return found


@pytest.fixture
def live(study, code_as, spans):
    """A review by ana and ben with a learner that has learned from cleo's coding of T1 and T2."""
    code_as("cleo", spans)
    review = Review(study)
    for name in ("ana", "ben"):
        review.join(name)
    review.follow_decisions()
    assert learner_of(review).wait(LONG)
    yield review
    review.close()


def learner_of(review):
    return review._desk.refiner


def followed(review):
    """Wait until the learner has followed the log, and give it."""
    learner = learner_of(review)
    learner.told()
    assert learner.settle(LONG)
    return learner


def known(learner):
    """Give what the learner takes people to have said, by segment and code."""
    held = learner._learned
    ids, codes = held.segments.ids, [code.guid for code in held.segments.codebook.codes]
    return {(int(ids[row]), codes[code]): label for (row, code), label in held.said.items()}


def stored(study):
    """Give what people said by the labels of the study."""
    labels = gather_labels(study.database, study.settings)
    codes = [code.guid for code in labels.codebook.codes]
    return {
        (labels.segments[row].id, codes[code]): float(labels.y[row, code])
        for row, code in np.argwhere(~np.isnan(labels.y))
    }


def test_whatever_people_do_the_labels_are_those_of_the_study(live, study, new):
    book = study.codebook()
    items = live.queue("ana", order="transcript", limit=100).items
    one, two, three = items[0], items[5], items[9]

    def same():
        learner = followed(live)
        assert learner.wait(LONG)
        assert known(learner) == stored(study)

    same()
    acts = [
        lambda: live.accept("ana", one.segment, one.code, request=new()),
        lambda: live.reject("ben", one.segment, one.code, request=new()),
        lambda: (
            live.change("ana", two.segment, two.code, book["Kin"].guid, request=new())
            if two.code != book["Kin"].guid
            else live.unsure("ana", two.segment, two.code, request=new())
        ),
        lambda: live.accept(
            "ben", three.segment, three.code, request=new(), start=three.start, end=three.start + 9
        ),
        lambda: live.code("ana", "T2", three.end - 5, three.end + 4, "Money", request=new()),
        lambda: live.read("ben", [one.segment, two.segment], request=new()),
        lambda: live.undo("ben", request=new()),
        lambda: live.redo("ben", request=new()),
        lambda: live.undo("ana", request=new()),
        lambda: live.read("ana", [one.segment], request=new()),
        lambda: live.settle(
            "ana",
            "T1",
            one.start,
            one.end,
            [book["Couch"].guid],
            rationale="talked it over",
            request=new(),
            coders=["ana", "ben"],
        ),
        lambda: live.unsure("ben", one.segment, one.code, request=new()),
    ]
    for act in acts:
        act()
        same()
    filters = Filters(transcripts=("T2",))
    count = live.preview_bulk("ben", "reject", filters).expected
    assert count > 3
    live.bulk("ben", "reject", filters, request=new(), expected=count)
    same()
    live.undo("ben", request=new())
    same()
    coding = next(c for c in study.codings() if c.coder == "ben")
    live.edit("ben", coding.guid, request=new(), code=book["Money"].guid)
    same()
    live.remove("ben", coding.guid, request=new())
    same()


def test_a_batch_is_what_the_preview_showed_though_scores_moved(live, study, new):
    limit = sorted(s.score for s in live.transcript("T2", "ben").suggestions)[-4] - 1e-6
    filters = Filters(transcripts=("T2",), min_score=limit)
    seen = live.preview_bulk("ben", "accept", filters)
    assert 0 < seen.expected <= 4
    before = {(i.segment, i.code) for i in live.queue("ben", limit=100, filters=filters).items}
    scores = {(i.segment, i.code): i.score for i in seen.examples}
    for item in live.queue("ana", limit=100).items[::2]:  # another coder moves all scores
        live.reject("ana", item.segment, item.code, request=new())
    followed(live)
    now = {(i.segment, i.code) for i in live.queue("ben", limit=100, filters=filters).items}
    assert now != before
    with pytest.raises(InputError, match="Look at the preview again"):
        live.bulk("ben", "accept", filters, request=new(), expected=seen.expected + 1)
    done = live.bulk(
        "ben", "accept", filters, request=new(), expected=seen.expected, preview=seen.key
    )
    lines = live.history(coder="ben", limit=100)
    assert done.lines == len(lines) == seen.expected
    spans = {(s.transcript, s.start, s.end): s.segment for s in seen.examples}
    chosen = {(spans[line.transcript, line.start, line.end], line.code): line for line in lines}
    assert chosen.keys() == before
    assert {key: line.score for key, line in chosen.items()} == pytest.approx(scores)
    with pytest.raises(InputError, match="Look at the preview again"):
        live.bulk("ben", "accept", filters, request=new(), expected=0, preview="another one")
    # What the coder decided since is a reason to look again.
    seen = live.preview_bulk("ben", "reject", Filters(transcripts=("T1",)))
    item = live.queue("ben", limit=1, filters=Filters(transcripts=("T1",))).items[0]
    live.reject("ben", item.segment, item.code, request=new())
    with pytest.raises(InputError, match="Look at the preview again"):
        live.bulk(
            "ben",
            "reject",
            Filters(transcripts=("T1",)),
            request=new(),
            expected=seen.expected,
            preview=seen.key,
        )


def test_a_decision_moves_the_scores_of_others_at_once(live, study, new):
    learner = learner_of(live)
    item = live.queue("ana", limit=1).items[0]
    before = learner.scores()
    live.reject("ana", item.segment, item.code, request=new())
    after = followed(live).scores()
    place = before.codes.index(item.code)
    assert after.version != before.version
    assert np.abs(after.columns[place] - before.columns[place]).max() > 0.005
    shown = live.queue("ben", limit=100, filters=Filters(min_score=0.0))
    for one in shown.items:
        assert one.score == pytest.approx(after.of(one.segment, one.code), abs=1e-6)
    assert shown.model == after.version
    assert_chosen_as_suggest_does(before, study)
    assert_chosen_as_suggest_does(after, study)
    live.undo("ana", request=new())
    back = followed(live).scores()
    assert np.abs(back.columns[place] - before.columns[place]).max() < 1e-4


def assert_chosen_as_suggest_does(scores, study):
    floor = study.settings.suggest.floor
    for row, own in enumerate(np.stack(scores.columns, axis=1)):
        wanted = choose(own, scores.segments.codebook, study.settings.suggest)
        wanted = {code for code in wanted if own[code] >= floor}
        assert set(np.flatnonzero(scores.choice.offered[:, row])) == wanted


def test_what_one_coder_decided_the_other_is_still_asked(live, new):
    every = Filters(min_score=0.0)
    item = live.queue("ana", limit=1).items[0]
    live.accept("ana", item.segment, item.code, request=new())
    live.read("ana", [item.segment], request=new())
    followed(live)
    assert item.key not in [i.key for i in live.queue("ana", limit=100, filters=every).items]
    assert item.key in [i.key for i in live.queue("ben", limit=100, filters=every).items]
    live.reject("ben", item.segment, item.code, request=new())
    label = known(followed(live))[item.segment, item.code]
    assert 0 < label < 1  # cleo and ana against ben, or ana against cleo and ben


def test_every_open_pair_comes_once_whatever_the_page(live):
    whole = [i.key for i in live.queue("ana", limit=100).items]
    assert len(whole) == len(set(whole)) == live.queue("ana").open
    found, after = [], None
    while page := live.queue("ana", limit=5, after=after).items:
        found += [item.key for item in page]
        after = page[-1].key
    assert found == whole


def test_what_is_likely_is_asked_beyond_what_was_suggested(study, code_as, spans, new):
    with study.database.write() as connection:
        from sqlalchemy import delete

        from semcode.store import schema

        guid = study.codebook()["Money"].guid
        connection.execute(delete(schema.suggestion).where(schema.suggestion.c.code_guid == guid))
    code_as("cleo", [(name, a, b, "Money") for name, a, b, _ in spans])
    review = Review(study)
    review.join("ana")
    review.follow_decisions()
    try:
        assert learner_of(review).wait(LONG)
        page = review.queue("ana", limit=100)
        fresh = [i for i in page.items if i.code == guid]
        assert fresh
        assert page.open == len(page.items)
        assert {(s.segment, s.code) for s in review.transcript("T1", "ana").suggestions} >= {
            (i.segment, i.code) for i in fresh if i.transcript == "T1"
        }
        every = {i.key for i in page.items}
        for order in ("transcript", "code"):
            found = review.queue("ana", order=order, limit=100).items
            assert {i.key for i in found} == every
            assert [i.key for i in found] == in_order(study, found, order)
            cut = review.queue("ana", order=order, limit=3).items
            assert [i.key for i in cut] == [i.key for i in found[:3]]
        home = review.overview("ana")
        assert sum(r.open for r in home.progress if r.coder == "ana") == page.open
        assert f"{page.open} open" in home.next_step.text
        batch = review.preview_bulk("ana", "accept", Filters())
        assert batch.expected == page.open
        assert dict(batch.by_code)["Money"] == len(fresh)
        before = len(study.codings())
        done = review.bulk("ana", "accept", Filters(), request=new(), expected=batch.expected)
        assert len(study.codings()) - before == batch.expected
        assert {line.code for line in review.history(limit=100)} >= {guid}
        assert review.undo("ana", request=new()).lines == batch.expected
        followed(review)
        page = review.queue("ana", limit=100)
        fresh = [i for i in page.items if i.code == guid]
        why = review.evidence("ana", fresh[0].segment, guid)
        done = review.accept("ana", fresh[0].segment, guid, request=new())
        kept = review.history(limit=1)[0].evidence
        assert kept["shown_by"].startswith("live")
        assert kept["method"] == "live"
        assert kept["nearest"][0]["coder"] == "cleo"
        told = ("field", "words", "words_for", "words_against", "nearest")
        assert [kept[name] for name in told] == [plain(why[name]) for name in told]
        assert kept["definition"] == why["statement"]
        review.reject("ana", fresh[1].segment, guid, request=new())  # without a look at why
        assert set(review.history(limit=1)[0].evidence) == {"shown_by"}
        followed(review)
        keys = [i.key for i in review.queue("ana", limit=100).items]
        assert done.coding
        assert fresh[0].key not in keys
    finally:
        review.close()


def plain(value):
    """Give a value as the database gives it back."""
    return json.loads(json.dumps(value))


def in_order(study, items, order):
    """Sort items as the order says, by what they show."""
    place = {code.guid: n for n, code in enumerate(study.codebook().codes)}
    if order == "code":
        keys = [(place[i.code], -i.score, i.transcript, i.start, i.key) for i in items]
    else:
        keys = [(i.transcript, i.start, -i.score, place[i.code], i.key) for i in items]
    return [key[-1] for key in sorted(keys)]


def test_what_is_learned_is_what_train_learns(live, study):
    learned = learner_of(live)._learned
    labels = gather_labels(study.database, study.settings)
    encoder = CachedEncoder(study.database, study.settings)
    wanted = lessons(labels, maker(labels, encoder, study.settings), study.settings)
    rows = learned.segments.rows_of([s.id for s in labels.segments])
    cells = {
        (int(rows[row]), int(code)): float(wanted[row, code])
        for row, code in np.argwhere(~np.isnan(wanted))
    }
    taught = learned.ranking.decisions
    assert taught.keys() == cells.keys()
    assert all(taught[cell] == pytest.approx(label, abs=1e-3) for cell, label in cells.items())


def test_who_only_accepts_teaches_with_what_nobody_read(study, new):
    review = Review(study)
    review.join("ana")
    review.follow_decisions()
    try:
        code = study.codebook()["Kin"].guid
        segments = [s.id for name in ("T1", "T2") for s in review.transcript(name, "ana").segments]
        for segment in segments[:8]:
            review.accept("ana", segment, code, request=new())
        learner = followed(review)
        assert learner.wait(LONG)
        unread = learner._learned.ranking.decisions.keys() - learner._learned.said.keys()
        assert {learner._learned.segments.ids[row] for row, _ in unread} == set(segments[8:])
    finally:
        review.close()


def test_until_eight_passages_are_coded_the_stored_scores_stand(study, new):
    review = Review(study)
    review.join("ana")
    review.follow_decisions()
    try:
        items = review.queue("ana", order="transcript", limit=100).items
        first = {i.segment: i for i in reversed(items)}
        assert learner_of(review).wait(LONG)
        for number, item in enumerate(list(first.values())[:8]):
            assert learner_of(review).scores() is None
            assert review.pulse("ana").version == "definitions, run 1"
            assert f"{number} so far" in review.pulse("ana").learning
            review.accept("ana", item.segment, item.code, request=new())
            assert followed(review).wait(LONG)
        assert review.pulse("ana").version.startswith("live")
        assert review.pulse("ana").learning.endswith("learned from 8 passages.")
        review.undo("ana", request=new())
        assert followed(review).wait(LONG)
        assert review.pulse("ana").version == "definitions, run 1"
    finally:
        review.close()


def test_the_audit_sample_never_teaches(live, study, spans, new):
    with study.database.write() as connection:  # so that there is something nobody has read
        from sqlalchemy import delete

        from semcode.store import schema

        t2 = store.queue.key_of(connection, "T2")[0]
        for table in (schema.reading, schema.coding):
            rest = (table.c.transcript_id == t2) & (table.c.start >= spans[9][1])
            connection.execute(delete(table).where(rest))
        drawn = [Assignment("audit 1", "ana", "T2", *span[1:3], blind=True) for span in spans[10:]]
        store.assignments.add(connection, drawn)
    learner = followed(live)
    assert learner.wait(LONG)
    sample = live.queue("ana", order="audit").items
    assert len(sample) == 2
    weights = None
    for item in sample:
        live.code("ana", "T2", item.start, item.end, "Kin", request=new(), blind=True)
        live.read("ana", [item.segment], request=new(), blind=True)
        assert followed(live).wait(LONG)
        held = learner._learned
        rows = held.segments.rows_of([i.segment for i in sample])
        assert held.held[rows].all()
        assert not {row for row, _ in held.ranking.decisions} & set(rows.tolist())
        now = held.ranking.weights
        assert weights is None or np.array_equal(now, weights)
        weights = now


def test_changes_of_the_codebook_are_learned(live, study):
    version = live.codebook().version
    book = study.codebook()

    def change(one):
        nonlocal version
        version = live.change_codebook("ana", one, expected_version=version)
        learner = followed(live)
        assert learner.wait(LONG)
        assert learner.scores().codes == [code.guid for code in study.codebook().codes]
        assert known(learner) == stored(study)
        assert live.queue("ana", limit=100).items

    change(Rename(book["Kin"].guid, "Family"))
    change(Add("Work", definition="What they do for money.", level=Level.COMMUNITY))
    change(Merge((book["Couch"].guid,), book["Kin"].guid))
    change(Retire(book["Money"].guid))


def test_a_corrected_transcript_is_read_anew(live, study, folder, new, tmp_path):
    file = folder.parent / f"{folder.name}-in" / "T1.txt"
    corrected = tmp_path / "T1.txt"
    corrected.write_text(file.read_text().replace("We lost the flat", "So we had lost the flat"))
    live.correct("ana", "T1", corrected)
    learner = followed(live)
    assert learner.wait(LONG)
    with study.database.read() as connection:
        there = {r.id for row in store.transcripts.rows(connection)
                 for r in store.segments.of_transcript(connection, row.id)}  # fmt: skip
    segments = learner._segments
    assert set(segments.ids.tolist()) == there
    item = live.queue("ana", limit=1).items[0]
    assert live.accept("ana", item.segment, item.code, request=new()).decision


def test_others_are_heard_of(live, study, code_as, new):
    """Another process decides, and somebody imports codings."""
    learner = learner_of(live)
    with Study(study.folder) as elsewhere:
        other = Review(elsewhere)
        other.join("dan")
        item = other.queue("dan", limit=1).items[0]
        other.reject("dan", item.segment, item.code, request=new())
        other.close()
    until = time.monotonic() + LONG
    while known(learner) != stored(study) and time.monotonic() < until:
        time.sleep(0.1)
    assert known(learner) == stored(study)
    code_as("eve", [("T1", item.start, item.end, "Kin")])
    until = time.monotonic() + LONG
    while (learner._learned is None or known(learner) != stored(study)) and (
        time.monotonic() < until
    ):
        time.sleep(0.1)
    assert known(learner) == stored(study)


def test_the_log_keeps_what_the_coder_saw(live, new):
    item = live.queue("ana", limit=1).items[0]
    saw = Shown(0.4321, "live 1.0, codebook 1")
    live.reject("ana", item.segment, item.code, request=new(), shown=saw)
    line = live.history(limit=1)[0]
    assert line.score == 0.4321
    assert line.evidence["shown_by"] == "live 1.0, codebook 1"
    other = live.queue("ana", limit=1).items[0]
    live.reject("ana", other.segment, other.code, request=new())
    line = live.history(limit=1)[0]
    assert line.evidence["shown_by"].startswith("live")


def test_the_score_of_now_comes_with_what_it_rests_on(live):
    item = live.queue("ana", limit=1).items[0]
    now = item.evidence["now"]
    assert now["score"] == item.score
    blocks = {"meaning", "context", "words", "shape", "manner"}
    assert set(now["moved"]) == {"definition", *blocks, "usual"}
    odds = sum(now["moved"].values())
    assert live.evidence("ana", item.segment, item.code)["score"] == pytest.approx(item.score)
    learned = learner_of(live)._learned
    roots = [c.guid for c in learned.segments.codebook.codes if c.parent is None]
    if item.code in roots and not len(learned.model.calibration_.rivals):
        assert 1 / (1 + np.exp(-odds)) == pytest.approx(item.score, abs=0.01)


def test_where_a_code_was_given_is_quoted_as_of_now(live, study, spans, new):
    with study.database.read() as connection:
        rows = store.transcripts.rows(connection)
        texts = {row.name: store.transcripts.load(connection, row.id).text for row in rows}
        keys = {row.name: row.id for row in rows}
    below = study.settings.suggest.context_below
    kin = [(name, start, end) for name, start, end, code in spans if code == "Kin"]
    guid = study.codebook()["Kin"].guid
    twins = {}  # the same sentence in both interviews, which nobody gave this code
    for name, start, end, _ in spans:
        twins.setdefault(texts[name][start:end], []).append((name, start, end))
    said, places = next(
        (said, places)
        for said, places in twins.items()
        if len({p[0] for p in places}) == 2 and not set(places) & set(kin)
    )
    here = next(p for p in places if p[0] == "T1")
    there = next(p for p in places if p[0] == "T2")
    with study.database.read() as connection:
        [(segment, *_)] = store.queue.segments_touching(connection, keys["T1"], *here[1:])

    def quoted(coder="ana"):
        followed(live)
        return live.evidence(coder, segment, guid)["nearest"]

    first = quoted()
    assert {one["text"] for one in first} <= {texts[name][a:b] for name, a, b in kin}
    assert {one["coder"] for one in first} == {"cleo"}
    embedded = []  # a short answer with the question before it
    with study.database.read() as connection:
        for name, start, end in (here, *kin):
            own = store.segments.of_transcript(connection, keys[name])
            one = next(s for s in own if (s.start, s.end) == (start, end))
            embedded.append(embedding_text(texts[name], one, context_below=below))
    vectors = CachedEncoder(study.database, study.settings).encode(embedded)
    nearest = float((vectors[1:] @ vectors[0]).max())
    assert first[0]["similarity"] == pytest.approx(nearest, abs=2e-3)

    live.code("ana", *there, "Kin", request=new())
    assert quoted()[0]["text"] == said
    assert quoted()[0]["similarity"] > 0.97  # but for the number of the question
    assert quoted()[0]["coder"] == "ana"
    with study.database.write() as connection:  # ben is to code it blind: it is not told him
        blind = [Assignment("check", "ben", *there, True)]
        store.assignments.add(connection, blind)
    assert said not in [one["text"] for one in quoted("ben")]
    after = min(p for p in spans if p[0] == "T2" and p[1] >= there[2])
    live.code("ana", "T2", there[1], after[2], "Kin", request=new())  # reaches out of it
    assert any(said in one["text"] for one in quoted())
    assert not any(said in one["text"] for one in quoted("ben"))
    live.undo("ana", request=new())
    live.undo("ana", request=new())
    assert said not in [one["text"] for one in quoted()]


def test_a_fault_is_said_once_and_decisions_go_on(study, code_as, spans, new, tmp_path):
    code_as("cleo", spans)
    folder = tmp_path / "model"
    settings = replace(study.settings, embed=replace(study.settings.embed, model=str(folder)))
    said = []
    learner = LiveLearner(study.database, settings, report=said.append)
    review = Review(study, refiner=learner)
    try:
        review.join("ana")
        until = time.monotonic() + LONG
        while not said and time.monotonic() < until:
            time.sleep(0.05)
        page = review.queue("ana", limit=3)
        for item in page.items:
            assert review.accept("ana", item.segment, item.code, request=new()).decision
        assert review.pulse("ana").version == "definitions, run 1"
        assert "cannot follow" in review.pulse("ana").learning
        learner._retry_at = 0.0
        learner.told()
        time.sleep(1)
        assert len(said) == 1
        learner._settings = study.settings  # as if the model were put where it belongs
        until = time.monotonic() + LONG
        while learner.scores() is None and time.monotonic() < until:
            learner._retry_at = 0.0
            learner.told()
            time.sleep(0.2)
        assert known(learner) == stored(study)
    finally:
        review.close()


def test_closing_ends_it_even_in_the_middle(own_coded):
    before = set(threading.enumerate())
    for pause in (0.0, 0.4):
        review = Review(own_coded)
        review.follow_decisions()
        time.sleep(pause)
        review.close()
        learner_of(review).told()  # a decision that comes late is no fault
        for thread in learner_of(review)._threads:
            thread.join(LONG)
    assert not {t for t in threading.enumerate() if t.name.startswith("semcode-")} - before


def test_learning_anew_ends_though_somebody_is_served_all_the_time(live):
    learner = learner_of(live)
    before, stop = learner.version(), threading.Event()

    def ask():
        while not stop.wait(0.02):
            live.serving()

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        learner._want()
        assert learner.wait(LONG)
    finally:
        stop.set()
        asking.join()
    assert learner.version().split(".")[0] != before.split(".")[0]


def test_learning_rests_while_somebody_is_served_in_proportion_to_its_work(live):
    learner = learner_of(live)
    live.serving()
    learner._rested = time.monotonic() - 1.0
    learner._rest()
    assert learner._rested >= learner._served_until
    learner._rested = begun = time.monotonic() - 0.05
    learner._served_until = begun + LONG
    learner._rest()
    assert learner._rested - begun >= 0.05 + 0.05 * live_learner._RESTS
    assert learner._rested < learner._served_until


def test_closing_does_not_wait_for_a_rest(live):
    learner = learner_of(live)
    live.serving()
    learner._want()
    live.close()
    assert not any(thread.is_alive() for thread in learner._threads)
