"""CodeClassifier from no label to many: what it must answer, and what it must refuse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import average_precision_score

from semcode.classify import CodeClassifier, DefinitionScorer, statements
from semcode.codebook import Code, Codebook
from semcode.errors import InputError, ModelError
from semcode.records import Level


def cold_scores(codebook: Codebook, encoder: object, texts: list[str]) -> np.ndarray:
    said = encoder.encode([s.text for s in statements(codebook)])
    return DefinitionScorer(codebook, said).scores(encoder.encode(texts), texts)


def test_nothing_labelled_is_the_cold_start(codebook, encoder, spoken):
    pairs, y, _ = spoken(20)
    texts = [text for _, text in pairs]
    expected = cold_scores(codebook, encoder, texts)
    assert np.array_equal(CodeClassifier(codebook, encoder=encoder).predict_proba(texts), expected)
    unlabelled = CodeClassifier(codebook, encoder=encoder).fit(pairs, np.full_like(y, np.nan))
    assert np.array_equal(unlabelled.predict_proba(pairs), expected)
    assert (unlabelled.predict(pairs).sum(axis=1) >= 1).all()


def test_a_definition_near_to_everything_does_not_take_everything(encoder):
    book = Codebook(
        (
            Code("small talk", "well you know was just like going over there and then"),
            Code("housing", "rent eviction shelter landlord apartment lease"),
        )
    )
    chat = ["well you know", "just like going over there"] * 40
    about = ["and then my landlord was there"]
    told = CodeClassifier(book, encoder=encoder).fit(chat + about, np.full((81, 2), np.nan))
    assert (told.predict(chat)[:, 0] == 1).all()  # common, and rightly so
    assert told.predict(about)[0, 1] == 1
    assert CodeClassifier(book, encoder=encoder).predict(about)[0, 1] == 0  # knows no other text


def test_labels_beat_the_cold_start(codebook, encoder, trained, spoken):
    pairs, y, _ = spoken(120, seed=5)
    texts = [text for _, text in pairs]
    before = average_precision_score(y, cold_scores(codebook, encoder, texts))
    after = average_precision_score(y, trained.predict_proba(pairs))
    assert after > max(before + 0.05, 0.9)


def test_parameters_and_clone(codebook, encoder):
    model = CodeClassifier(codebook, encoder=encoder, folds=3)
    again = clone(model)
    assert again.get_params() == model.get_params()
    assert again.encoder is encoder
    assert again.set_params(folds=4).folds == 4


def test_probabilities_keep_to_the_tree(codebook, trained, spoken):
    pairs, _, _ = spoken(60, seed=2)
    p = trained.predict_proba(pairs)
    assert ((p >= 0) & (p <= 1)).all()
    assert (p[:, 3] <= p[:, 2]).all()
    given = trained.predict(pairs)
    assert (given[:, 3] <= given[:, 2]).all()
    levels = trained.predict_level_proba(pairs)
    assert set(levels) == {Level.COMMUNITY, Level.INTERPERSONAL}
    assert (levels[Level.COMMUNITY] >= p[:, [0, 2, 3]].max(axis=1)).all()
    assert (levels[Level.COMMUNITY] <= 1).all()


def test_an_unlabelled_parent_is_raised_to_its_child(codebook, encoder, spoken):
    pairs, y, groups = spoken(80)
    y[:, 2] = np.nan
    y[:, 3] = np.where(y[:, 3] == 1, np.nan, y[:, 3])  # only "no" is known of the child
    p = CodeClassifier(codebook, encoder=encoder).fit(pairs, y, groups).predict_proba(pairs)
    assert (p[:, 3] <= p[:, 2]).all()


def test_no_code_and_not_sure_differ(trained, spoken):
    told = trained.decide([("", "rent eviction lease"), ("", "well you know")])
    assert told[0, 0] == 1
    unsure = trained.decide(spoken(40, seed=9)[0], sure=0.999)
    assert np.isnan(unsure).any()
    assert set(np.unique(told[~np.isnan(told)])) <= {0.0, 1.0}


def test_unread_is_not_a_no(codebook, encoder, spoken):
    """A code whose noes are unknown must stay likelier than where they are known."""
    pairs, y, groups = spoken(120)
    silent = np.where(y == 0, np.nan, y)
    silent[:6] = y[:6]
    read = CodeClassifier(codebook, encoder=encoder).fit(pairs, y, groups)
    unread = CodeClassifier(codebook, encoder=encoder).fit(pairs, silent, groups)
    assert unread.predict_proba(pairs)[:, 0].mean() > read.predict_proba(pairs)[:, 0].mean() + 0.2


def test_shares_of_coders_pull_between(codebook, encoder, spoken):
    pairs, y, groups = spoken(100)
    half = y.copy()
    half[:, 0] *= 0.5
    whole = CodeClassifier(codebook, encoder=encoder).fit(pairs, y, groups).predict_proba(pairs)
    split = CodeClassifier(codebook, encoder=encoder).fit(pairs, half, groups).predict_proba(pairs)
    said = y[:, 0] == 1
    assert 0.2 < split[said, 0].mean() < 0.65 < whole[said, 0].mean()


def test_rivals_share_one(encoder):
    rng = np.random.default_rng(0)
    words = {"yes": "sure okay fine right", "no": "never nothing nowhere", "so": "maybe perhaps"}
    book = Codebook(tuple(Code(name) for name in words))
    which = rng.choice(3, 90, p=[0.6, 0.25, 0.15])
    texts = [" ".join(rng.choice(list(words.values())[w].split(), 3)) for w in which]
    model = CodeClassifier(book, encoder=encoder).fit(texts, np.eye(3)[which])
    p = model.predict_proba(texts)
    assert np.allclose(p.sum(axis=1), 1)
    assert (model.predict(texts).sum(axis=1) == 1).all()
    assert (p.argmax(axis=1) == which).mean() > 0.9


def test_asking_where_it_is_doubtful_makes_no_code_vanish(encoder):
    """The few texts that were asked about every code were chosen: they do not speak for all."""
    rng = np.random.default_rng(0)
    lists = np.array([line.split() for line in ("sure okay fine", "never no not", "may maybe so")])
    which = rng.choice(3, 900, p=[0.55, 0.25, 0.2])
    own = rng.random((900, 4)) < 0.5
    said = np.where(own, which[:, None], rng.integers(3, size=own.shape))
    texts = [" ".join(rng.choice(lists[word]) for word in words) for words in said]
    doubtful = np.flatnonzero(own.sum(axis=1) < 3)[:480]
    asked = np.zeros((900, 3), bool)
    asked[doubtful, rng.integers(3, size=480)] = True
    asked[doubtful[which[doubtful] < 2][:25]] = True  # of the third code, none in full
    truth = np.eye(3)[which]
    book = Codebook(tuple(Code(name) for name in ("yes", "no", "so")))
    model = CodeClassifier(book, encoder=encoder).fit(texts, np.where(asked, truth, np.nan))
    rest = np.setdiff1d(np.arange(900), doubtful)
    p = model.predict_proba([texts[row] for row in rest])
    assert p.mean(axis=0) == pytest.approx(truth[rest].mean(axis=0), abs=0.06)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_only_yes_or_only_no(codebook, encoder, value, spoken):
    pairs, _, groups = spoken(12)
    p = (
        CodeClassifier(codebook, encoder=encoder)
        .fit(pairs, np.full((12, 4), value), groups)
        .predict_proba(pairs)
    )
    assert np.isfinite(p).all()
    assert abs(p.mean() - value) < 0.5


def test_one_label_alone(codebook, encoder, spoken):
    pairs, y, _ = spoken(1)
    y[:] = np.nan
    y[0, 1] = 1
    model = CodeClassifier(codebook, encoder=encoder).fit(pairs, y)
    cold = CodeClassifier(codebook, encoder=encoder)
    text = pairs[0][1]
    assert model.predict_proba(pairs)[0, 1] > cold.predict_proba([text])[0, 1]
    assert np.isfinite(model.predict_proba(["something else"])).all()


def test_yeses_alone_do_not_make_a_code_common(codebook, encoder, spoken):
    """A few accepted suggestions of a code, none rejected: not every text is of that code."""
    pairs, y, groups = spoken(120)
    y[:, 0] = np.where((y[:, 0] == 1) & (y[:, 0].cumsum() <= 6), 1.0, np.nan)
    model = CodeClassifier(codebook, encoder=encoder).fit(pairs, y, groups)
    new, truth, _ = spoken(80, seed=3)
    p = model.predict_proba(new)[:, 0]
    assert p.mean() < 0.2
    assert average_precision_score(truth[:, 0], p) > 0.7
    assert 0 < model.predict(new)[:, 0].mean() < 0.5


def test_arrays_and_series_are_texts_too(codebook, encoder, spoken):
    pairs, y, groups = spoken(40)
    expected = CodeClassifier(codebook, encoder=encoder).fit(pairs, y, groups).predict_proba(pairs)
    index = range(100, 140)
    found = CodeClassifier(codebook, encoder=encoder).fit(
        pd.Series(pairs, index=index), pd.DataFrame(y, index=index), pd.Series(groups, index=index)
    )
    assert np.array_equal(found.predict_proba(np.array(pairs)), expected)
    texts = pd.Series([text for _, text in pairs], index=index)
    assert CodeClassifier(codebook, encoder=encoder).fit(texts, y).predict(texts).shape == y.shape


def test_no_texts_give_no_rows(codebook, encoder, trained):
    for model in (trained, CodeClassifier(codebook, encoder=encoder).fit([], np.zeros((0, 4)))):
        assert model.predict_proba([]).shape == (0, 4)
        assert model.predict([]).shape == (0, 4)
        assert model.decide([]).shape == (0, 4)


@pytest.mark.parametrize("setting", [{"folds": 1}, {"folds": 2.5}, {"sure": 0.4}, {"sure": 1.1}])
def test_settings_without_a_meaning_are_refused(codebook, encoder, setting, spoken):
    with pytest.raises(InputError, match=r"folds|probability to be sure"):
        CodeClassifier(codebook, encoder=encoder, **setting).fit(*spoken(8))


def test_contradictory_duplicates_are_a_half(codebook, encoder):
    text, y = "rent eviction shelter", np.array([[1.0, 0, 0, 0], [0.0, 0, 0, 0]] * 20)
    p = CodeClassifier(codebook, encoder=encoder).fit([text] * 40, y).predict_proba([text])
    assert 0.3 < p[0, 0] < 0.7


def test_a_childs_yes_teaches_its_parent(codebook, encoder, spoken):
    pairs, _, _ = spoken(4)
    y = np.full((4, 4), np.nan)
    y[:, 3] = 1
    model = CodeClassifier(codebook, encoder=encoder).fit(pairs, y)
    assert model.n_labels_[2] == 4


@pytest.mark.parametrize(
    ("texts", "y", "groups", "said"),
    [
        (["a", "b"], np.zeros((2, 3)), None, "shape"),
        (["a"], [[2, 0, 0, 0]], None, "outside 0 to 1"),
        (["a"], [["x", 0, 0, 0]], None, "not numbers"),
        (["a"], np.zeros((1, 4)), ["p", "q"], "groups"),
        (["a", "b"], np.zeros((2, 4)), ["p", None], r"groups\[1\].*participant is missing"),
        (["a", "b"], np.zeros((2, 4)), [float("nan"), "q"], r"groups\[0\]"),
        ([("a", "b", "c")], np.zeros((1, 4)), None, "pair"),
        ("a", np.zeros((1, 4)), None, "One text"),
        ([None], np.zeros((1, 4)), None, "pair"),
    ],
)
def test_bad_input_is_named(codebook, encoder, texts, y, groups, said):
    with pytest.raises(InputError, match=said):
        CodeClassifier(codebook, encoder=encoder).fit(texts, y, groups)


def test_a_table_of_labels_is_read_by_its_names_and_marks(codebook, encoder, spoken):
    texts, y, _ = spoken(24)
    names = [code.name for code in codebook]
    y[:4] = np.nan
    table = pd.DataFrame(y, columns=names)
    plain = CodeClassifier(codebook, encoder=encoder).fit(texts, y)
    for given in (table, table.astype("Int64"), table.rename(columns=str.upper)):
        same = CodeClassifier(codebook, encoder=encoder).fit(texts, given)
        assert np.array_equal(same.predict_proba(texts), plain.predict_proba(texts))
    with pytest.raises(InputError, match="another order"):
        CodeClassifier(codebook, encoder=encoder).fit(texts, table[names[::-1]])


def test_vectors_that_are_not_numbers_are_refused(codebook, encoder, spoken):
    class Broken(type(encoder)):
        def encode(self, texts):
            out = super().encode(texts)
            out[0, 0] = np.nan
            return out

    with pytest.raises(ModelError, match="not a number"):
        CodeClassifier(codebook, encoder=Broken()).fit(*spoken(8))


def test_a_changed_codebook_is_refused(codebook, trained):
    trained.codebook = Codebook((*codebook.codes, Code("new")))
    with pytest.raises(ModelError, match="codebook has changed"):
        trained.predict_proba(["x"])
    with pytest.raises(ModelError, match="codebook has changed"):
        trained.update(["x"], np.zeros((1, 5)))


def test_same_input_same_output(codebook, encoder, spoken):
    first = CodeClassifier(codebook, encoder=encoder).fit(*spoken(60)).predict_proba(["bus ride"])
    again = CodeClassifier(codebook, encoder=encoder).fit(*spoken(60)).predict_proba(["bus ride"])
    assert np.array_equal(first, again)


def test_words_that_moved_a_score_add_up(trained):
    block = trained.features_.blocks["words"]
    weights = trained.weights_.w[block, 0]
    text = "well we had rent and eviction"
    told = trained.features_.word_weights(text, weights)
    whole = trained.encode([text]).features[0, block] @ weights
    assert sum(told.values()) == pytest.approx(whole, abs=1e-4)
    assert told["eviction"] > told["well"]
