import pytest

from semcode import store
from semcode.errors import InputError

pytestmark = pytest.mark.weights


def assigned(study, batch):
    with study.database.read() as connection:
        return store.assignments.all_assignments(connection, batch=batch)


def test_new_coders_get_the_same_segments_blind(own_coded):
    sample = own_coded.reliability_sample(["dee", "eve"], segments=30, seed=1)
    found = assigned(own_coded, sample.batch)
    own = [{(a.transcript, a.start, a.end) for a in found if a.coder == c} for c in ("dee", "eve")]
    assert own[0] == own[1]
    assert (len(own[0]), sample.n_units, dict(sample.assigned)) == (30, 30, {"dee": 30, "eve": 30})
    assert all(a.blind for a in found)
    assert "New to this study: dee, eve" in sample.notes[0]


def test_who_has_read_it_is_not_asked_again(own_coded):
    coder = next(iter(own_coded.status().codings))
    sample = own_coded.reliability_sample([coder, "dee"], segments=20)
    assert dict(sample.assigned) == {coder: 0, "dee": 20}


def test_transcripts_strata_and_rare_codes(own_coded):
    whole = own_coded.reliability_sample(["dee", "eve"], transcripts=3)
    assert len(whole.drawn) == 3
    assert sum(len(c.spans) for c in whole.drawn) == whole.n_units
    with own_coded.database.read() as connection:
        segments = store.segments.count(connection)
    assert whole.n_total == sum(segments.values())  # segments, not turns
    site = own_coded.reliability_sample(["dee", "eve"], segments=50, stratify="site")
    assert {name: of for name, (_, of) in site.strata.items()}.keys() == {"House A", "House B"}
    rare = own_coded.reliability_sample(["dee", "eve"], segments=20, rare="Using network")
    assert rare.strata["likely"][0] >= 3
    assert rare.batch.endswith(" rare Using network")
    assert [row.label for row in rare.precision] == ["Using network"]


def test_precision_is_told_from_prevalence(own_coded):
    sample = own_coded.reliability_sample(["dee", "eve"], segments=100)
    more = own_coded.reliability_sample(["dee", "eve"], segments=250)
    widths = [row.half_width for row in sample.precision]
    assert widths == sorted(widths, reverse=True)  # the rarest first, and the least precise
    assert more.precision[0].half_width < widths[0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"coders": ["dee"], "segments": 5}, "two different coders"),
        ({"coders": ["dee", "eve"]}, "how much to draw"),
        ({"coders": ["dee", "eve"], "segments": 5, "stratify": "zodiac"}, "no attribute"),
        ({"coders": ["dee", "eve"], "segments": 5, "rare": "Zodiac"}, "no code"),
        ({"coders": ["dee", "eve"], "segments": 9999}, "can still be coded blind"),
        ({"coders": ["dee", "eve"], "segments": 5, "stratify": "site", "rare": "Stigma"}, "both"),
    ],
)
def test_what_cannot_be_drawn_is_said(own_coded, options, said):
    with pytest.raises(InputError, match=said) as error:
        own_coded.reliability_sample(options.pop("coders"), **options)
    assert error.value.remedy
