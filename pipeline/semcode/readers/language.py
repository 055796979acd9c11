"""Tell from the commonest words whether a text is in the language that it is taken for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["language_note"]

_FEW = 40  # words from which a share says something
_MOST = 5_000  # words that are looked at
_HARDLY = 0.12  # share of an expected language's commonest words below which it is doubted
_CLEAR = 1.5  # times that another language's share must be larger

_WORD = re.compile(r"[^\W\d_]+")

_COMMONEST: Mapping[str, tuple[str, frozenset[str]]] = MappingProxyType(
    {
        code: (name, frozenset(words.split()))
        for code, name, words in (
            (
                "en",
                "English",
                "the and to of a in i that it is was you for on with he she they we my be have "
                "had so but not just like know what this there when them her his me at do don "
                "are as if or about would out up get from",
            ),
            (
                "es",
                "Spanish",
                "de la que el en y a los se del las un por con no una su para es al lo como más "
                "pero sus le ya o este sí porque esta cuando muy sin sobre me hay yo mi eso era "
                "ella él todo nos entonces bueno pues",
            ),
            (
                "fr",
                "French",
                "de la le et les des en un une du que est pour qui dans il elle je ne pas ce sur "
                "se au avec on nous vous mais ou par plus tout très donc c ça j l d qu était y "
                "mon ma me moi alors parce sont",
            ),
            (
                "de",
                "German",
                "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als "
                "auch es an werden aus er hat dass sie nach wird bei ich wir war aber noch man "
                "so mir mich ja da dann wenn was wie oder nur mein meine habe",
            ),
            (
                "nl",
                "Dutch",
                "de en van ik te dat die in een hij het niet zijn is was op aan met als voor had "
                "er maar om hem dan zou of wat mijn men dit zo door over ze zich bij ook tot je "
                "mij uit der daar haar naar heb hoe heeft ja nog",
            ),
            (
                "pt",
                "Portuguese",
                "de a o que e do da em um para é com não uma os no se na por mais as dos como mas "
                "foi ao ele das tem à seu sua ou ser quando muito há nos já está eu também só "
                "pelo pela até isso ela entre era eles você meu minha então",
            ),
            (
                "it",
                "Italian",
                "di che è e la il un a per in una mi sono ho non ma lo ha le si ti i con cosa se "
                "io come da ci no questo qui sì hai sei del bene tu solo gli della più al mio "
                "anche era perché quando poi quello",
            ),
        )
    }
)


def language_note(text: str, language: str) -> str:
    """Say that a text seems to be in another language than the codebook's; "" where it does not.

    It compares the shares of each language's fifty or so commonest words, as far as they are
    known here. Nothing is said of a few words, or of a language whose words are not known.
    """
    words = [match[0].lower() for match, _ in zip(_WORD.finditer(text), range(_MOST), strict=False)]
    if language not in _COMMONEST or len(words) < _FEW:
        return ""
    shares = {
        code: sum(word in common for word in words) / len(words)
        for code, (_, common) in _COMMONEST.items()
    }
    expected, own = _COMMONEST[language][0], shares[language]
    best = max(shares, key=lambda code: shares[code])
    if best != language and shares[best] >= max(_HARDLY, _CLEAR * own):
        return (
            f"It seems to be in {_COMMONEST[best][0]}, and the codebook is in {expected}: of its "
            f"words {shares[best]:.0%} are among the commonest of {_COMMONEST[best][0]}, {own:.0%} "
            f"among those of {expected}. Suggestions for it will mean little."
        )
    if own < _HARDLY:
        return (
            f"It hardly seems to be in {expected}, as the codebook is: {own:.0%} of its words are "
            f"among the commonest of {expected}. Suggestions for it will mean little."
        )
    return ""
