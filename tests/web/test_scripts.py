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


POINTS = {"x": [0.1, 0.5, 0.52, 0.9, 0.5], "y": [0.1, 0.5, 0.5, 0.9, 0.9]}


@pytest.mark.parametrize(
    ("place", "reach", "found"),
    [
        ((0.1, 0.12), 5, 0),
        ((0.509, 0.5), 5, 1),
        ((0.511, 0.5), 5, 2),
        ((0.3, 0.3), 5, -1),
        ((0.3, 0.3), 1e6, 0),
        ((0.0, 0.0), 15, 0),
        ((1.0, 1.0), 10, -1),
    ],
)
def test_the_point_under_the_pointer(page, place, reach, found):
    body = """const g = m.gridOf(given.x, given.y);
    return m.nearest(g, {x: given.place[0], y: given.place[1]}, given.reach,
      {wide: 100, high: 100});"""
    assert run(page, "map_points", body, {**POINTS, "place": place, "reach": reach}) == found


def test_the_nearest_of_many_is_what_looking_at_all_finds(page):
    body = """let seed = 3; const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const x = Array.from({length: 3000}, random); const y = Array.from({length: 3000}, random);
    const g = m.gridOf(x, y); const wide = 900; const high = 400; let wrong = 0;
    for (let k = 0; k < 300; k += 1) {
      const at = {x: random(), y: random()};
      const far = (i) => Math.hypot((x[i] - at.x) * wide, (y[i] - at.y) * high);
      const close = x.map((_, i) => i).filter((i) => far(i) < 14);
      const best = close.sort((a, b) => far(a) - far(b))[0] ?? -1;
      if (m.nearest(g, at, 14, {wide, high}) !== best) wrong += 1;
    }
    return wrong;"""
    assert run(page, "map_points", body) == 0


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ([(0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)], [1, 2]),
        ([(0, 0), (1, 0), (1, 1), (0, 1)], [0, 1, 2, 3, 4]),
        # A line like a U leaves out what lies in its opening.
        ([(0, 0), (0.3, 0), (0.3, 0.7), (0.7, 0.7), (0.7, 0), (1, 0), (1, 1), (0, 1)], [0, 3, 4]),
        ([(0.1, 0.1), (0.9, 0.9)], []),
        ([], []),
    ],
)
def test_points_inside_a_line(page, line, found):
    body = """return m.inside(m.gridOf(given.x, given.y), given.line.map(([x, y]) => ({x, y})));"""
    assert run(page, "map_points", body, {**POINTS, "line": line}) == found


@pytest.mark.parametrize(
    ("start", "direction", "found"),
    [(1, "right", 2), (2, "left", 1), (1, "down", 4), (4, "up", 1), (0, "up", -1), (3, "left", 4)],
)
def test_the_keys_go_to_the_next_point_in_a_direction(page, start, direction, found):
    body = """return m.towards(m.gridOf(given.x, given.y), given.start, given.direction);"""
    got = run(page, "map_points", body, {**POINTS, "start": start, "direction": direction})
    assert got == found


def test_a_map_without_points_is_no_fault(page):
    body = """const g = m.gridOf([], []);
    return [m.nearest(g, {x: 0.5, y: 0.5}, 14), m.inside(g, [{x:0,y:0},{x:1,y:0},{x:1,y:1}])];"""
    assert run(page, "map_points", body) == [-1, []]


def test_colours_stay_with_the_name_and_say_what_has_none(page):
    body = """const points = {topic: ["T2", "", "T1"], level: ["community", "", "community"]};
    const topics = [{id: "T1", name: "a", number: 0}, {id: "T2", name: "b", number: 1}];
    const t = m.byTopic(points, topics); const l = m.byLevel(points);
    return [t.group, t.entries.map((one) => one.name), l.group.map((g) => l.entries[g].name)];"""
    groups, names, levels = run(page, "topic_colours", body)
    assert groups == [1, 2, 0]
    assert names == ["a", "b", "no topic"]
    assert levels == ["Community", "no code yet", "Community"]
