import pytest

from semcode import readers, resources
from semcode.readers.language import language_note

SPANISH = (
    "Pues yo vivo con mi mamá y con mis hijos. Ella me ayuda mucho porque yo no tengo carro, y "
    "cuando me toca ir a la clínica ella se queda con los niños. No es fácil, pero lo estamos "
    "haciendo. Mi esposo trabaja de noche y casi no lo vemos en la casa, entonces todo es para mí. "
)
DUTCH = (
    "Nou, ik woon bij mijn moeder en ik heb een zoon van twee. Ze helpt mij met de kleine als ik "
    "naar de groep ga, maar het is niet altijd makkelijk. Er is geen bus en ik heb geen auto, dus "
    "dan zit je daar maar. Dat is wat het is, en je moet toch door met wat je hebt. "
)
POLISH = (
    "Mieszkam u mamy razem z dziećmi, bo nie mam samochodu, a do przychodni jest daleko. Mama "
    "zostaje wtedy z małym, kiedy muszę jechać na spotkanie. Nie jest łatwo, ale jakoś sobie "
    "radzimy i mam nadzieję, że w przyszłym roku dostanę własne mieszkanie w pobliżu szkoły. "
)


@pytest.mark.parametrize(("text", "name"), [(SPANISH, "Spanish"), (DUTCH, "Dutch")])
def test_another_language_is_named(text, name):
    note = language_note(text, "en")
    assert note.startswith(f"It seems to be in {name}, and the codebook is in English")


def test_a_language_without_list_is_doubted():
    assert language_note(POLISH, "en").startswith("It hardly seems to be in English")


def test_nothing_is_said_of_a_few_words_or_an_unknown_codebook():
    assert language_note("Hola, sí, está bien.", "en") == ""
    assert language_note(SPANISH, "xx") == ""
    assert language_note(SPANISH, "es") == ""


def test_no_starter_interview_is_doubted():
    folder = resources.locate("data/starter")
    files = sorted(folder.glob("*/transcripts/*"))
    found = list(readers.read(files))
    assert len(found) == 14
    assert [language_note(item.text, "en") for item in found] == [""] * 14


def test_english_with_some_spanish_is_english():
    english = "And so I told my mom that I was going to be there when they have the meeting. " * 6
    assert language_note(english + SPANISH[:120], "en") == ""
