import numpy as np
import pytest

from semcode import Code, Codebook, embed
from semcode.classify import DefinitionScorer, statements

BOOK = Codebook(
    codes=(
        Code("Needs", "The person talks about basic needs and how they are met."),
        Code(
            "Housing instability",
            "The person has no stable place to live: evictions, couches, shelters, waiting lists.",
            examples=("I was sleeping on my cousin's couch.",),
            parent="Needs",
        ),
        Code(
            "Transportation",
            "The person cannot get where they must be: no car, no license, the bus.",
            include="Rides from staff, gas money.",
            parent="Needs",
        ),
        Code("Faith", "The person prays, reads scripture or goes to church to stay sober."),
    )
)
TEXTS = [
    "They put us out of the apartment, so we stayed in a shelter till the voucher came.",
    "There's one bus an hour and it don't run on Sundays, so I walk.",
    "Every morning I get on my knees and I pray before I do anything.",
    "The weather was nice and we watched a movie about penguins.",
]


@pytest.fixture(scope="module")
def encoder():
    return embed.load_encoder(embed.resolve("all-MiniLM-L6-v2"))


@pytest.fixture(scope="module")
def scorer(encoder):
    return DefinitionScorer(BOOK, encoder.encode([s.text for s in statements(BOOK)]))


@pytest.mark.weights
def test_the_code_that_is_meant_scores_highest(scorer, encoder):
    scores = scorer.scores(encoder.encode(TEXTS), TEXTS)
    assert scores.shape == (4, 4)
    leaves = [1, 2, 3]
    assert [leaves[row[leaves].argmax()] for row in scores[:3]] == [1, 2, 3]
    assert scores[3].max() < scores[:3].max(axis=1).min()


@pytest.mark.weights
def test_a_parent_scores_at_least_what_its_children_do(scorer, encoder):
    scores = scorer.scores(encoder.encode(TEXTS), TEXTS)
    assert (scores[:, [0]] >= scores[:, [1, 2]]).all()
    assert ((scores >= 0) & (scores <= 1)).all()


@pytest.mark.weights
def test_a_score_depends_on_its_segment_alone(scorer, encoder):
    vectors = encoder.encode(TEXTS)
    together = scorer.scores(vectors, TEXTS)
    alone = np.concatenate([scorer.scores(vectors[[i]], [TEXTS[i]]) for i in range(4)])
    np.testing.assert_allclose(together, alone, atol=1e-6)


@pytest.mark.weights
def test_evidence_names_what_the_codebook_says(scorer, encoder):
    statement, similarity = scorer.best_statement(encoder.encode(["I slept on a couch."])[0], 1)
    assert (statement.field, similarity > 0.4) == ("example", True)
    assert {"couches", "shelters"} <= scorer.telling_words(1)
    assert "person" not in scorer.telling_words(1)


@pytest.mark.weights
def test_one_code_without_a_definition_is_enough(encoder):
    book = Codebook(codes=[Code("Housing")])
    scorer = DefinitionScorer(book, encoder.encode([s.text for s in statements(book)]))
    scores = scorer.scores(encoder.encode(TEXTS), TEXTS)
    assert np.isfinite(scores).all()
    assert scores[:, 0].argmax() == 0


@pytest.mark.weights
def test_what_a_code_excludes_lowers_its_score_there_alone(encoder):
    plain = Code("Housing", "The person has no stable place to live.")
    careful = Code(plain.name, plain.definition, exclude="Rides, buses and gas: Transportation.")
    other = Code("Faith", "The person prays or goes to church.")
    texts = ["I wait for the bus and nobody gives me a ride.", "I sleep on a couch, evicted again."]
    scores = []
    for code in (plain, careful):
        book = Codebook(codes=(code, other))
        scorer = DefinitionScorer(book, encoder.encode([s.text for s in statements(book)]))
        scores.append(scorer.scores(encoder.encode(texts), texts)[:, 0])
        statement, _ = scorer.best_statement(encoder.encode(texts)[0], 0)
        assert statement.field == "definition"
        assert "buses" not in scorer.telling_words(0)
    assert scores[1][0] < scores[0][0]
    assert scores[1][1] == pytest.approx(scores[0][1], rel=1e-5)
