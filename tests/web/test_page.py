"""The page in a real browser, worked with the keyboard."""

import csv
import re
from collections import Counter
from uuid import uuid4

import pytest

from semcode import Study, store
from semcode.codebook import Code, Codebook, Facet
from semcode.records import Level
from semcode.study.review import Add, Filters, Redefine, Review

STORED = "body[data-unstored='0']"
SCRIPT = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


def go(page, served, path, selector=None):
    page.goto(served.base + path)
    page.wait_for_selector(f"main[data-ready='{path.partition('?')[0]}']")
    if selector:
        page.wait_for_selector(selector)


def shown(page):
    return page.get_attribute(".passage-card", "data-key")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def stored(page):
    page.wait_for_selector(STORED)


def type_code(page, name):
    """Type a code's name into the list that is open, and take the first hit."""
    page.wait_for_selector("dialog[open] #code-typed")
    page.keyboard.type(name)
    page.wait_for_selector("dialog[open] [role=option][aria-selected=true]")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]", state="detached")


def standing(served, coder="ana"):
    rows = served.site.review.history(coder=coder, limit=1000)
    return [row for row in reversed(rows) if row.standing and row.verdict != "undo"]


def own_codings(served, coder="ana"):
    return [coding for coding in served.study.codings() if coding.coder == coder]


def test_the_address_opens_home_and_every_view(served, open_page):
    page = open_page(served.address)
    assert page.title().startswith("Home")
    assert "token" not in page.url
    views = {"2": "transcript", "3": "queue", "5": "codebook", "6": "history", "1": ""}
    for digit, path in (*views.items(), ("4", "adjudicate")):
        page.keyboard.press(digit)
        page.wait_for_selector(f"main[data-ready='/{path}']")
        assert page.locator("h1").count() == 1


def test_a_whole_interview_is_coded_with_keys_and_undone_again(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        name = served.study.transcripts()[0].name
        go(page, served, f"/queue?order=transcript&transcript={name}")
        total = int(re.sub(r"\D", "", page.inner_text(".count")))
        assert total > 15
        keys = ["a", "x", "a", "u"]
        for number in range(total):
            page.wait_for_selector(".passage-card:not([data-key=''])")
            press(page, keys[number % 4])
        page.wait_for_selector(".done")
        stored(page)
        assert "0 open" in page.inner_text(".count")
        lines = standing(served)
        assert len(lines) == total
        verdicts = [line.verdict for line in lines]
        wanted = ["accept", "reject", "accept", "unsure"]
        assert verdicts == [wanted[n % 4] for n in range(total)]
        assert {line.transcript for line in lines} == {name}
        assert all(line.seconds is not None for line in lines)
        assert len(own_codings(served)) == verdicts.count("accept")
        for _ in range(total):
            press(page, "z")
        stored(page)
        page.wait_for_selector(f".count:text-is('{total} open')")
        assert standing(served) == []
        assert own_codings(served) == []
        press(page, "Shift+Z")
        page.wait_for_selector(f".count:text-is('{total - 1} open')")
        assert [line.verdict for line in standing(served)] == ["accept"]


def test_each_key_of_the_queue(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        go(page, served, "/queue")
        first = shown(page)
        press(page, "s")
        second = shown(page)
        assert second != first
        press(page, "b")
        assert shown(page) == first
        press(page, "c")
        type_code(page, "transpo")
        assert shown(page) == second
        press(page, "n")
        type_code(page, "stigma")
        page.wait_for_selector(".made")
        press(page, "m")
        page.wait_for_selector("dialog[open] textarea")
        page.keyboard.type("look again a x z")
        press(page, "Control+Enter")
        page.wait_for_selector(".memo-line")
        press(page, "f")
        page.wait_for_selector("dialog[open] fieldset")
        press(page, "ArrowDown", "Enter")
        page.wait_for_selector("dialog[open]", state="detached")
        press(page, "a")
        stored(page)
        changed, added, accepted = standing(served)[-3:]
        book = served.study.codebook()
        assert changed.verdict == "change"
        assert added.verdict == "code"
        assert added.code_name == book["Stigma"].name
        assert accepted.verdict == "accept"
        made = {coding.guid: coding for coding in own_codings(served)}
        assert made[accepted.coding].memo == "look again a x z"
        assert made[accepted.coding].facets == ("barrier",)
        assert book[made[changed.coding].code].name == "Transportation"


def test_the_span_moves_by_words_and_sentences(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        go(page, served, "/queue?order=transcript")
        before = page.inner_text(".passage mark")
        press(page, "ArrowLeft", "ArrowLeft", "Shift+ArrowRight")
        words = before.split()
        after = page.inner_text(".passage mark")
        assert after.split() == words[1:-2]
        press(page, "a")
        stored(page)
        made = own_codings(served)[-1]
        with served.study.database.read() as connection:
            [row] = [t for t in store.transcripts.rows(connection) if t.name == made.transcript]
            text = store.transcripts.load(connection, row.id).text
        assert text[made.start : made.end] == after
        press(page, "ArrowUp")
        shorter = page.inner_text(".passage mark")
        assert shorter.rstrip()[-1] in ".!?]"


def test_selected_words_are_coded_by_the_first_letters(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        go(page, served, "/transcript")
        said = page.locator(".role-participant .said").nth(1)
        words = said.evaluate(
            """element => { const node = element.firstChild; const range = document.createRange();
            range.setStart(node, 4); range.setEnd(node, 40); const chosen = getSelection();
            chosen.removeAllRanges(); chosen.addRange(range); return chosen.toString().trim(); }"""
        )
        page.wait_for_selector(".drawer:not([hidden])")
        press(page, "l")
        page.wait_for_selector("dialog[open] #code-typed")
        assert page.input_value("#code-typed") == "l"
        page.keyboard.type("onel")
        press(page, "Enter")
        page.wait_for_selector(".label:has-text('Loneliness'):has-text('ana')")
        stored(page)
        [line] = standing(served)
        assert line.code_name == "Loneliness"
        assert line.text == words
        press(page, "z")
        stored(page)
        page.wait_for_selector(".label:has-text('Loneliness'):has-text('ana')", state="detached")


def test_words_selected_in_the_queue_are_coded_by_the_first_letters(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        go(page, served, "/queue")
        words = page.locator(".passage mark").evaluate(
            """mark => { const node = mark.firstChild; const range = document.createRange();
            range.setStart(node, 0); range.setEnd(node, 12); const chosen = getSelection();
            chosen.removeAllRanges(); chosen.addRange(range); return chosen.toString().trim(); }"""
        )
        before = shown(page)
        press(page, "s")  # a letter over selected words is no longer the key for skip
        page.wait_for_selector("dialog[open] #code-typed")
        page.keyboard.type("tigm")
        press(page, "Enter")
        page.wait_for_selector(".made:has-text('Stigma')")
        stored(page)
        [line] = standing(served)
        assert (line.verdict, line.code_name, line.text) == ("code", "Stigma", words)
        assert shown(page) == before


def test_a_transcript_is_coded_with_keys_alone(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        go(page, served, "/transcript")
        press(page, "j")
        page.wait_for_selector(".drawer:not([hidden])")
        press(page, "n")
        type_code(page, "mental")
        press(page, "s", "a", "x", "r")
        stored(page)
        verdicts = [line.verdict for line in standing(served)]
        assert verdicts[:3] == ["code", "accept", "reject"]
        assert "read" in verdicts
        press(page, *"zzzz")
        stored(page)
        assert standing(served) == []


def test_all_of_an_interview_comes_after_its_beginning(served, open_page):
    page = open_page(served.address)
    name = served.study.transcripts()[0].name
    go(page, served, f"/transcript?name={name}", ".dialogue[data-whole]")
    with served.client() as client:
        view = client.get("/api/transcript", params={"name": name}).json()
    turns = page.locator(".turn")
    assert turns.count() == len(view["turns"]) > 60  # more than are made at once
    said = page.eval_on_selector_all(".said", "all => all.map((one) => one.textContent)")
    assert said == [view["text"][turn["start"] : turn["end"]] for turn in view["turns"]]
    coded = {(one["start"], one["end"], one["code"]) for one in view["codings"]}
    suggested = [one for one in view["suggestions"] if one["status"] == "open"]
    assert page.locator(".label:not(.goes-on)").count() == len(coded) + len(suggested) > 0


def test_a_place_far_down_is_shown_at_once(served, open_page):
    page = open_page(served.address)
    name = served.study.transcripts()[0].name
    with served.client() as client:
        last = client.get("/api/transcript", params={"name": name}).json()["segments"][-1]
    go(page, served, f"/transcript?name={name}&at={last['start']}", ".drawer:not([hidden])")
    box = page.locator(f".turn[data-turn='{last['turn']}']").bounding_box()
    assert 0 <= box["y"] < 900


def test_many_at_once_with_a_preview_and_one_undo(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        go(page, served, "/queue?low=60")
        count = int(re.sub(r"\D", "", page.inner_text(".count")))
        page.click("text=Accept all …")
        page.wait_for_selector(f"dialog[open] h2:has-text('Accept {count} suggestions?')")
        named = page.locator("dialog[open] tbody .code-label").all_inner_texts()
        assert len(named) > 1
        assert set(named) <= {code.name for code in served.study.codebook()}
        page.click(f"text=Accept {count} >> visible=true >> nth=-1")
        page.wait_for_selector(".done")
        stored(page)
        assert len(standing(served)) == count
        press(page, "z")
        page.wait_for_selector(f".count:text-is('{count} open')")
        assert standing(served) == []


def test_the_ranking_follows_decisions_without_a_reload(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        go(page, served, "/queue")
        loaded = page.evaluate("performance.timeOrigin")
        before = page.locator(".up-next li").evaluate_all("all => all.map(one => one.dataset.key)")
        press(page, "a")
        stored(page)
        open_ = served.site.review.queue("ana", limit=1).open
        page.wait_for_selector(f".count:text-is('{open_} open')")
        after = page.locator(".up-next li").evaluate_all("all => all.map(one => one.dataset.key)")
        assert after != before[1:]
        assert "Your last 1 decision:" in page.inner_text(".side")
        assert page.evaluate("performance.timeOrigin") == loaded


def test_differences_are_settled_with_one_key(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        go(page, served, "/adjudicate", ".column")
        differences = served.site.review.disagreements(["coder_ana", "coder_ben"])
        before = len(own_codings(served, "coder_ana"))
        first = next(row for row in differences if not row.settled)
        press(page, "r")
        page.keyboard.type("agreed in the meeting of 3 May")
        press(page, "Enter", "1")
        stored(page)
        [line] = standing(served)
        assert line.verdict == "settle"
        assert line.note == "agreed in the meeting of 3 May"
        settled = [c for c in served.study.codings() if c.coder == "consensus"]
        assert {c.code for c in settled} == set(first.codes["coder_ana"])
        assert len(own_codings(served, "coder_ana")) == before
        press(page, "b", "0")
        stored(page)
        assert len({(line.transcript, line.start) for line in standing(served)}) == 3
        press(page, *"zzz")
        stored(page)
        assert not [c for c in served.study.codings() if c.coder == "consensus"]


def test_two_codes_are_merged_after_a_preview_and_the_merge_is_taken_back(serve, open_page):
    with serve(coder="ana") as served:
        book = served.study.codebook()
        gone, into = book["Guilt as a parent"], book["Bonding with the baby"]
        moved = [c for c in served.study.codings() if c.code == gone.guid]
        assert moved
        page = open_page(served.address)
        go(page, served, f"/codebook?code={gone.guid}")
        page.click("text=Merge into …")
        page.select_option("#merge-into", into.guid)
        page.click("dialog[open] >> text=Preview")
        page.wait_for_selector(".preview")
        assert str(len(moved)) in page.inner_text(".preview")
        assert "Guilt as a parent" in page.inner_text(".preview")
        page.click("text=Make the new version")
        page.wait_for_selector("text=version 2 ")
        book = served.study.codebook()
        assert "Guilt as a parent" not in book
        codings = served.study.codings()
        assert not [c for c in codings if c.code == gone.guid]
        page.click(".versions >> text=Take back …")
        page.click("dialog[open] >> text=Preview")
        page.wait_for_selector("text=merged into")
        page.click("text=Make the new version")
        page.wait_for_selector(".versions >> text=went back to version 1")
        back = [c for c in served.study.codings() if c.code == gone.guid]
        assert {c.guid for c in back} == {c.guid for c in moved}
        assert served.study.codebook()["Guilt as a parent"] == gone


def test_a_code_is_added_renamed_redefined_and_retired(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        go(page, served, "/codebook")

        def make():
            page.click("dialog[open] >> text=Preview")
            page.wait_for_selector(".preview")
            page.click("text=Make the new version")
            page.wait_for_selector("dialog[open]", state="detached")

        page.click("text=Add a code …")
        page.fill("#new-name", "Faith")
        page.fill("#new-definition", "The person speaks of God or prayer.")
        page.select_option("#new-level", "intrapersonal")
        make()
        page.click(".tree-code:has-text('Faith')")
        page.click("text=Rename …")
        page.fill("#rename-to", "Faith and prayer")
        make()
        page.click(".tree-code:has-text('Mental health')")
        page.click("text=Redefine …")
        page.fill("#re-definition", "Quite another meaning than before.")
        make()
        page.wait_for_selector("text=Made under an older definition")
        page.click(".tree-code:has-text('Faith and prayer')")
        page.click("text=Retire …")
        make()
        page.wait_for_selector("text=version 5 ")
        assert "Faith and prayer" not in served.study.codebook()
        assert served.study.codebook()["Mental health"].definition.startswith("Quite another")


def test_a_transcript_is_corrected_by_a_file(serve, open_page, tmp_path):
    with serve(coder="ana") as served:
        row = served.study.transcripts()[2]
        with served.study.database.read() as connection:
            transcript = store.transcripts.load(connection, row.id)
        lines = [
            f"{turn.speaker}: {transcript.text[turn.start : turn.end]}" for turn in transcript.turns
        ]
        codings = [c for c in served.study.codings() if c.transcript == row.name]
        lines.insert(0, "Interviewer: A line that was missed before.")
        file = tmp_path / "corrected.txt"
        file.write_text("\n".join(lines), encoding="utf-8")
        page = open_page(served.address)
        go(page, served, f"/transcript?name={row.name}")
        page.click("text=Correct the transcript …")
        page.set_input_files("#corrected-file", file)
        page.wait_for_selector("dialog[open] >> text=of the text stays")
        page.click("text=Replace the text")
        page.wait_for_selector(".said:has-text('A line that was missed before.')")
        with served.study.database.read() as connection:
            after = store.transcripts.load(connection, row.id)
        now = {c.guid: c for c in served.study.codings() if c.transcript == row.name}
        same = [
            transcript.text[c.start : c.end] == after.text[now[c.guid].start : now[c.guid].end]
            for c in codings
            if c.guid in now
        ]
        assert len(same) == len(codings)
        assert all(same)
        assert page.locator(".label").count() > 10


def test_another_coders_new_code_reaches_an_open_page(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        go(page, served, "/queue")
        served.site.review.join("ben")
        served.site.review.change_codebook(
            "ben", Add("Faith", level="community"), expected_version=1
        )
        page.evaluate("dispatchEvent(new Event('focus'))")
        page.wait_for_selector("text=The codebook was changed")
        page.wait_for_selector("main:not([aria-busy]) .suggested")
        press(page, "c")
        page.keyboard.type("faith")
        page.wait_for_selector("dialog [role=option]:has-text('Faith')")


def test_a_whole_interview_is_marked_as_read(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        go(page, served, "/transcript")
        press(page, "j", "Shift+R")
        page.click("text=All is read …")
        page.click("dialog >> text=All is read >> nth=-1")
        stored(page)
        name = served.study.transcripts()[0].name
        assert all(one.read for one in served.site.review.transcript(name, "ana").segments)
        page.wait_for_selector(".read-bar >> nth=10", state="attached")


def test_memos_stand_and_go(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        page.click("text=Memos on the study")
        page.fill("#memo-text", f"a thought {SCRIPT}")
        page.click("text=Save the memo")
        page.wait_for_selector("dialog[open] li:has-text('a thought')")
        [memo] = served.site.review.memos("study")
        assert memo.text == f"a thought {SCRIPT}"
        page.click("dialog[open] >> text=Remove")
        page.wait_for_selector("dialog[open] >> text=None yet.")
        assert served.site.review.memos("study") == []


def test_two_tabs_of_one_coder_do_not_fight(serve, open_page):
    with serve(coder="ana") as served:
        one = open_page(served.address)
        go(one, served, "/queue")
        two = open_page(f"{served.base}/queue", context=one.context)
        assert shown(one) == shown(two)
        one.bring_to_front()
        press(one, "a", "a", "x")
        stored(one)
        two.bring_to_front()
        decided = {f"{line.code}" for line in standing(served)}
        assert decided
        press(two, "x")  # the same suggestion, decided already in the other tab
        stored(two)
        lines = standing(served)
        open_ = served.site.review.queue("ana", limit=1).open
        two.wait_for_selector(f".count:text-is('{open_} open')")
        one.bring_to_front()
        one.wait_for_selector(f".count:text-is('{open_} open')")
        assert len({(line.transcript, line.start, line.code) for line in lines}) >= 3
        assert open_ == 272 - len({(line.transcript, line.start, line.code) for line in lines})


def test_blind_coding_shows_no_suggestion_and_nobody_else(serve, open_page):
    with serve(coder="ana", blind=True) as served:
        page = open_page(served.address)
        for path in ("/", "/transcript", "/queue", "/codebook", "/history"):
            go(page, served, path)
            assert "coder_ben" not in page.content()
            assert "Adjudicate" not in page.inner_text("nav")
        go(page, served, "/transcript")
        press(page, "j", "n")
        type_code(page, "mental")
        press(page, "r", "r")
        stored(page)
        assert page.locator(".label").count() == 1
        page.wait_for_selector(".read-bar")
        assert [line.verdict for line in standing(served)] == ["code", "read", "read"]


def test_an_assigned_sample_is_worked_without_suggestions(serve, open_page):
    with serve(coder="ana", blind=True) as served:
        served.site.review.assign(["ana"], sample=4, blind=True)
        page = open_page(served.address)
        go(page, served, "/queue")
        assert "4 passages left" in page.inner_text(".count")
        assert page.locator(".suggested").count() == 0
        press(page, "c")
        type_code(page, "mental")
        page.wait_for_selector(".made")
        for _ in range(4):
            press(page, "Enter")
        page.wait_for_selector(".done")
        stored(page)
        assert [line.verdict for line in standing(served)] == ["code", *["read"] * 4]


def test_single_keys_can_be_switched_off(served, open_page):
    page = open_page(served.address)
    go(page, served, "/queue")
    press(page, "?")
    page.wait_for_selector("dialog[open] >> text=accept, then next")
    page.uncheck("#single-keys")
    press(page, "Escape")
    before = shown(page)
    press(page, "x")
    assert shown(page) == before
    page.click(".actions >> text=Skip")
    assert shown(page) != before


@pytest.mark.parametrize("place", ["queue", "transcript", "codebook", "history", "adjudicate", ""])
def test_what_users_wrote_is_shown_as_text(hostile, open_page, place):
    page = open_page(hostile.address)
    go(page, hostile, f"/{place}")
    if place == "transcript":
        press(page, "j", "i")
        page.wait_for_timeout(100)
    press(page, "c")
    page.wait_for_timeout(150)
    assert page.title() != "owned"
    assert page.locator("img").count() == 0
    assert page.locator("main script, dialog script").count() == 0
    assert "<img src=x" in page.inner_text("body")


def work_by_hostile_coders(review, codes):
    [name] = [row.name for row in review.study.transcripts()]
    for code, coder in zip(codes, (f"one {SCRIPT}", f"two {SCRIPT}"), strict=True):
        review.join(coder, SCRIPT)
        segments = review.transcript(name, coder).segments
        span, new = (segments[0].start, segments[0].end), {"blind": True}
        review.code(coder, name, *span, code.guid, request=str(uuid4()), memo=SCRIPT, **new)
        review.read(coder, [one.id for one in segments], request=str(uuid4()), **new)
        review.write_memo(coder, "transcript", name, SCRIPT)
    other = Redefine(codes[0].guid, definition=f"New {SCRIPT}")
    review.change_codebook(coder, other, note=SCRIPT, expected_version=1)
    review.close()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, serve_folder):
    """A study in which everything that a user can write tries to be markup."""
    folder = tmp_path_factory.mktemp("hostile")
    codes = (
        Code(f"Worry {SCRIPT}", f"Being worried. {SCRIPT}", SCRIPT, SCRIPT, (SCRIPT,)),
        Code(f"Help {SCRIPT}", "Getting help from people.", level=Level.COMMUNITY),
    )
    book = Codebook(codes, name=f"Book {SCRIPT}", facets=(Facet(f"f {SCRIPT}", (f"v {SCRIPT}",)),))
    talk = [
        f"Anna {SCRIPT}: How are you? {SCRIPT}",
        f"Ben {SCRIPT}: I worry about the money and being worried keeps me up at night. {SCRIPT}",
        f"Anna {SCRIPT}: And who helps?",
        f"Ben {SCRIPT}: My neighbours help me, I am getting help from people I know. {SCRIPT}",
    ]
    file = folder / "talk <b>x<img src=x>.txt"
    file.write_text("\n".join(talk), encoding="utf-8")
    with (folder / "people.csv").open("w", newline="", encoding="utf-8") as table:
        rows = [("participant", "transcript", "race"), (f"P {SCRIPT}", file.stem, "<img src=x>")]
        csv.writer(table).writerows(rows)
    name = f"Study {SCRIPT}"
    with Study.create(folder / "study", codebook=book, name=name, notice=SCRIPT) as study:
        study.add([file])
        study.add_participants(folder / "people.csv")
        for row in study.speakers():
            study.set_role(row.transcript, row.name, "participant")
        study.suggest()
        work_by_hostile_coders(Review(study), codes)
    with serve_folder(folder / "study", coder=f"ana {SCRIPT}") as served:
        yield served


def test_scores_of_other_suggestions_follow_decisions_without_a_reload(serve, folder, open_page):
    with Study(folder) as study:
        forget(study, but=1)
    with serve(coder="ana", live=True) as served:
        page = open_page(served.address)
        go(page, served, "/queue")
        page.wait_for_selector(
            ".learning:has-text('Scores follow every decision')", timeout=120_000
        )
        every = served.site.review.queue("ana", limit=500).items
        given = {served.study.codebook().get(one.code).guid for one in served.study.codings()}
        [(code, _)] = Counter(one.code for one in every if one.code in given).most_common(1)
        go(page, served, f"/queue?code={code}")
        page.wait_for_selector(".side .quotes q")  # where people gave it, as of now
        loaded = page.evaluate("performance.timeOrigin")
        only = Filters(codes=(code,))
        before = served.site.review.queue("ana", limit=500, filters=only).items
        percents = {item.key: f"{item.score:.0%}".replace("%", " %") for item in before}
        for _ in range(3):
            press(page, "x")
            stored(page)
        page.wait_for_function(
            """before => [...document.querySelectorAll('.up-next li')].some(one =>
                one.dataset.key in before
                && before[one.dataset.key] !== one.querySelector('.push').textContent)""",
            arg=percents,
            timeout=60_000,
        )
        assert page.evaluate("performance.timeOrigin") == loaded
        assert "Score now" in page.inner_text("aside.side")
        # A refit behind may still move the score: what counts is the one under the key press.
        page.evaluate(
            """addEventListener("keydown", () => {
                window.pressedAt = document.querySelector(".passage-card .score").textContent;
            }, { capture: true, once: true })"""
        )
        press(page, "x")
        stored(page)
        shown = page.evaluate("window.pressedAt")
        line = standing(served)[-1]
        assert f"{line.score:.0%}"[:-1] in shown
        assert line.evidence["shown_by"].startswith("live")
        go(page, served, "/transcript?name=P01_interview")
        page.wait_for_selector(".stripe")


def test_a_blind_sample_is_drawn_and_read_on_the_page(serve, folder, open_page):
    with Study(folder) as study:
        forget(study)
    with serve(coder="ana") as served:
        page = open_page(served.address)
        go(page, served, "/queue?order=audit")
        assert "No audit sample is drawn yet" in page.inner_text("main")
        page.click("text=Draw a blind sample …")
        page.wait_for_selector("dialog[open] #sample-size")
        page.fill("#sample-size", "12")
        page.click("dialog[open] button:has-text('Draw')")
        page.wait_for_selector(".count:text-is('12 passages left')")
        assert not page.locator(".suggestion .score").count()
        press(page, "n")
        type_code(page, "stigma")
        for _ in range(12):
            page.wait_for_selector(".passage-card:not([data-key=''])")
            press(page, "Enter")
        page.wait_for_selector(".done")
        stored(page)
        page.wait_for_selector(".side-part :text('Blind audit sample: 12 of 12 read')")
        go(page, served, "/")
        page.wait_for_selector("text=Blind audit sample: 12 of 12 read")
        assert served.site.review.pulse("ana").audit.coded == 1
        go(page, served, "/queue?order=audit")
        page.click("text=Draw a blind sample …")
        page.fill("#sample-size", "2000")
        page.click("dialog[open] button:has-text('Draw')")
        page.wait_for_selector("text=are more than the")


def forget(study, but=0):
    """Take back what anybody coded and read, but in the first so many transcripts."""
    from sqlalchemy import delete

    from semcode.store import schema

    with study.database.write() as connection:
        for table in (schema.reading, schema.coding):
            connection.execute(delete(table).where(table.c.transcript_id > but))
