import zipfile

import pytest

ANA, BEN = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
HOME, CAR = "AAAAAAAA-1111-4111-8111-111111111111", "aaaaaaaa-2222-4222-8222-222222222222"
DOC = "dddddddd-1111-4111-8111-111111111111"
TEXT = "Interviewer: Where did you live?\n\nMaria: In the car 🙂, then with my sister.\n"

USERS = f'<Users><User guid="{ANA}" name="Ana"/><User guid="{{{BEN}}}" name="Ben"/></Users>'
CODES = (
    f'<CodeBook><Codes><Code guid="{HOME}" name="Housing" isCodable="true" color="#0a0">'
    f"<Description>Where they live.</Description>"
    f'<Code guid="{{{CAR}}}" name="Car" isCodable="true"/></Code></Codes></CodeBook>'
)


def selection(start, end, code=CAR, *, user=ANA, number=1, name="", inside=""):
    guid = f"5e1ec710-0000-4000-8000-{number:012}"
    coding = ""
    if code:
        by = f'creatingUser="{user}"' if user else ""
        coding = (
            f'<Coding guid="c0d10000-0000-4000-8000-{number:012}" {by}>'
            f'<CodeRef targetGUID="{code}"/></Coding>'
        )
    return (
        f'<PlainTextSelection guid="{guid}" name="{name}" startPosition="{start}" '
        f'endPosition="{end}">{inside}{coding}</PlainTextSelection>'
    )


def source(*inside, path=f"internal://{DOC}.txt", name="P01", tag="TextSource"):
    return f'<{tag} guid="{DOC}" name="{name}" plainTextPath="{path}">{"".join(inside)}</{tag}>'


def document(*parts, origin="Test 1", namespace="urn:QDA-XML:project:1.0", root="Project"):
    return (
        f'<?xml version="1.0" encoding="utf-8"?><{root} xmlns="{namespace}" name="Pilot" '
        f'origin="{origin}">{"".join(parts)}</{root}>'
    )


@pytest.fixture
def made(tmp_path):
    """Write a project: the parts of its XML, and its files."""

    def make(*parts, files=None, qde="project.qde", xml=None, name="p.qdpx", **head):
        path = tmp_path / name
        inside = {f"sources/{DOC}.txt": TEXT.encode()} if files is None else files
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(qde, document(*parts, **head) if xml is None else xml)
            for file, data in inside.items():
                archive.writestr(file, data)
        return path

    return make


@pytest.fixture
def words():
    """Give the texts and helpers that the project's parts are made of."""

    class Words:
        text, users, codes = TEXT, USERS, CODES
        ana, ben, home, car, doc = ANA, BEN, HOME.lower(), CAR, DOC

    Words.selection, Words.source, Words.document = map(staticmethod, (selection, source, document))
    return Words
