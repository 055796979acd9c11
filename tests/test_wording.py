from semcode.wording import counted, natural


def test_one_is_singular():
    assert counted(1, "interview") == "1 interview"
    assert counted(0, "interview") == "0 interviews"
    assert counted(1_200, "coding") == "1,200 codings"
    assert counted(2, "person", "people") == "2 people"


def test_names_are_sorted_as_people_count():
    names = ["P10", "p2", "P1", "PSW 03 b", "PSW 3 a", "", "10", "9x", "x"]
    order = ["", "9x", "10", "P1", "p2", "P10", "PSW 3 a", "PSW 03 b", "x"]
    assert sorted(names, key=natural) == order
    assert sorted(["P1²", "P1", "P१"], key=natural)[0] == "P1"  # other scripts' digits too
