from hypothesis import example, given
from hypothesis import strategies as st

from semcode.exchange.refi.details import read_details, write_details
from semcode.records import Level

LINES = st.sampled_from(
    [
        "Where they live.",
        "",
        "Include: this",
        "- dash",
        "\\Level: odd",
        "Facets:",
        "Level: community",
    ]
)
TEXTS = st.lists(LINES, max_size=4).map("\n".join).map(str.strip)
NAMES = st.sampled_from(["resources", "time", "a b"])


def test_it_reads_like_a_codebook_entry():
    details = {
        "include": "couch surfing",
        "exclude": "moving by choice",
        "examples": ("I slept in the car.", "No door."),
        "level": "interpersonal",
        "facets": ("resources", "time"),
    }
    written = write_details("Where they live.", details)
    assert written == (
        "Where they live.\n\n"
        "Include: couch surfing\n"
        "Exclude: moving by choice\n"
        "Examples:\n- I slept in the car.\n- No door.\n"
        "Level: interpersonal\n"
        "Facets: resources; time"
    )
    assert read_details(written) == ("Where they live.", details)
    assert read_details(written.replace("\n", "\r\n")) == ("Where they live.", details)


def test_a_description_without_labels_stays_whole():
    text = "Use it when\nInclude: is said within a line\n\nand so on."
    assert read_details(text) == (text, {})


@given(
    TEXTS,
    TEXTS,
    TEXTS,
    st.lists(TEXTS.filter(bool), max_size=2),
    st.sampled_from(["", *Level]),
    st.lists(NAMES, max_size=2, unique=True),
)
@example("Include: a", "Exclude: b", "", [], "", [])
def test_what_is_written_is_read(definition, include, exclude, examples, level, facets):
    details = {
        "include": include,
        "exclude": exclude,
        "examples": tuple(examples),
        "level": str(level),
        "facets": tuple(facets),
    }
    told = {key: value for key, value in details.items() if value}
    assert read_details(write_details(definition, details)) == (definition, told)
