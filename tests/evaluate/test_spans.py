from semcode.evaluate import SpanCounts, count_spans, span_agreement


def test_spans_match_although_their_ends_differ(source, coding, reading):
    read = [reading("a", 20, 100), reading("b", 20, 100)]
    one = source(
        [coding("a", 20, 40), coding("b", 22, 40), coding("a", 60, 80), coding("b", 90, 95)], read
    )
    counts = SpanCounts()
    count_spans(one, ["a", "b"], threshold=0.5, blind_only=True, into=counts)
    assert span_agreement(counts, ["g1", "g2"]) == {"g1": 2 * 1 / 4, "g2": None}


def test_spans_in_what_the_other_did_not_read_do_not_count(source, coding, reading):
    one = source([coding("a", 60, 80)], [reading("a", 20, 100), reading("b", 20, 60)])
    counts = SpanCounts()
    count_spans(one, ["a", "b"], threshold=0.5, blind_only=True, into=counts)
    assert span_agreement(counts, ["g1"]) == {"g1": None}
