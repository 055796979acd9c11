"""Parts of the page's scripts, run in the browser that runs them."""

import pytest


@pytest.fixture(scope="module")
def page(served, chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(served.address)
    page.wait_for_selector("main[data-ready]")
    yield page
    context.close()


def run(page, module, body, argument=None):
    script = f"async (given) => {{ const m = await import('/static/{module}.js'); {body} }}"
    return page.evaluate(script, argument)


@pytest.mark.parametrize("text", ["plain", "a😀b", "😀😀", "x\N{DEVANAGARI LETTER KA}𝒳y", ""])
def test_code_points_and_utf_16_units_agree(page, text):
    body = """const p = new m.Positions(given.text);
    return given.points.map((point) => [p.toUnit(point), p.toPoint(p.toUnit(point))]);"""
    points = list(range(len(text) + 1))
    got = run(page, "positions", body, {"text": text, "points": points})
    units = [len(text[:point].encode("utf-16-le")) // 2 for point in points]
    assert got == [[unit, point] for unit, point in zip(units, points, strict=True)]


TEXT = "I was there. Then, “she” left! And then… nothing."


@pytest.mark.parametrize(
    ("span", "move", "wanted"),
    [
        ("I was there.", ("end", "word", -1), "I was"),
        ("I was", ("end", "word", 1), "I was there."),
        ("I was there.", ("start", "word", 1), "was there."),
        ("was there.", ("start", "word", -1), "I was there."),
        ("I was there.", ("end", "sentence", 1), "I was there. Then, “she” left!"),
        ("Then, “she” left!", ("start", "sentence", -1), "I was there. Then, “she” left!"),
        ("I", ("end", "word", -1), "I"),
        ("nothing.", ("end", "word", 1), "nothing."),
        ("I was there.", ("start", "sentence", -1), "I was there."),
    ],
)
def test_spans_move_by_words_and_sentences_and_never_vanish(page, span, move, wanted):
    start = TEXT.index(span)
    end, kind, by = move
    body = """const s = m.moveEnd(given.text, given.span, given.move);
    return given.text.slice(...s);"""
    given = {
        "text": TEXT,
        "span": [start, start + len(span)],
        "move": {"end": end, "kind": kind, "by": by},
    }
    assert run(page, "positions", body, given) == wanted


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("tra", "Trauma history"),
        ("trauma-i", "Trauma-informed care"),
        ("parent s", "Parenting support"),
        ("gaap", "Guilt as a parent"),
        ("RELAPSE", "Cravings and relapse"),
        ("ousing", "Housing instability"),
    ],
)
def test_codes_are_found_by_first_letters_words_and_initials(page, typed, first):
    body = """const view = await (await fetch('/api/codebook')).json();
    return new m.Codes(view).search(given)[0]?.name;"""
    assert run(page, "codes", body, typed) == first


def test_stripes_that_overlap_stand_in_lanes(page):
    body = "return m.inLanes(given.map(([start, end]) => ({ start, end })));"
    spans = [[0, 10], [2, 5], [4, 8], [6, 12], [12, 14]]
    assert run(page, "dialogue", body, spans) == [0, 1, 2, 1, 0]


def test_labels_stand_one_below_the_other_and_inside_their_turn(page):
    body = "return m.labelTops(given.wanted, given.height);"
    assert run(page, "dialogue", body, {"wanted": [0, 0, 100], "height": 200}) == [0, 24, 100]
    assert run(page, "dialogue", body, {"wanted": [50, 60, 70], "height": 96}) == [24, 48, 72]
