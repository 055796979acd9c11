"""What a language's speakers say between their words: fillers, markers and endings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from semcode.errors import ConfigError

__all__ = ["Lexicon", "lexicon"]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The spoken side of one language, all in lower case.

    `fillers` are words and phrases that carry nothing, by their first word; `openers` begin
    another topic and `continuers` carry one on; `joiners` begin a clause; `hanging` are words
    that never end one; `events` are what transcribers note in brackets; `vague` is said about
    any topic; `endings` are (ending, replacement), the first that fits is taken.
    """

    fillers: Mapping[str, tuple[tuple[str, ...], ...]]
    openers: tuple[tuple[str, ...], ...]
    continuers: frozenset[str]
    joiners: frozenset[str]
    hanging: frozenset[str]
    events: tuple[str, ...]
    vague: frozenset[str]
    endings: tuple[tuple[str, str], ...]


def lexicon(language: str) -> Lexicon:
    """Look a language up; raises ConfigError that lists the languages there are."""
    if language not in _LEXICONS:
        raise ConfigError(
            f"semcode cannot segment the language {language!r} yet.",
            where="[segment] language",
            remedy=f"Use one of: {', '.join(sorted(_LEXICONS))}.",
        )
    return _LEXICONS[language]


def _phrases(text: str) -> tuple[tuple[str, ...], ...]:
    """Split at commas and words, longest phrases first."""
    phrases = [tuple(phrase.split()) for phrase in text.split(",")]
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))


def _by_first_word(
    phrases: tuple[tuple[str, ...], ...],
) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    firsts = dict.fromkeys(phrase[0] for phrase in phrases)
    return MappingProxyType({w: tuple(p for p in phrases if p[0] == w) for w in firsts})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENGLISH = Lexicon(
    fillers=_by_first_word(
        _phrases(
            "um, umm, uh, uhh, uhm, er, erm, ah, eh, hm, hmm, like, you know, i mean, sort of, "
            "kind of, you see"
        )
    ),
    openers=_phrases(
        "so anyway, anyway, anyways, anyhow, okay so, now, another thing, the other thing, "
        "one other thing, one more thing, on the other hand, other than that, apart from that, "
        "as for, as far as, when it comes to, in terms of, speaking of, first, firstly, first of "
        "all, second, secondly, third, finally, lastly, overall, in the end, later on, back then, "
        "before that, after that, these days, nowadays, moving on, what else"
    ),
    continuers=_words(
        "because cause cuz which who whom whose it its it's that's that this these those they "
        "they're them he he's she she's him her his and or also too like yeah yes right exactly "
        "then"
    ),
    joiners=_words(
        "and but so because cause cuz then when if which although though while until since "
        "unless or"
    ),
    hanging=_words(
        "a an the of to in on at by for with from and or but so because if as than that my your "
        "our their his her its this these those i we you he she they it i'm we're he's she's "
        "they're it's there's is are was were be been very really to not no don't didn't can "
        "could would should will have has had um uh like"
    ),
    events=(
        "appl",
        "background",
        "beep",
        "blank",
        "breath",
        "chuckl",
        "clap",
        "cough",
        "cries",
        "cross talk",
        "cross-talk",
        "crosstalk",
        "cry",
        "exhal",
        "giggl",
        "groan",
        "inaudible",
        "indistinct",
        "inhal",
        "interrupt",
        "laugh",
        "long pause",
        "music",
        "noise",
        "overlap",
        "pause",
        "phone ring",
        "silence",
        "sigh",
        "sniff",
        "sob",
        "tear",
        "uncertain",
        "unclear",
        "unintelligible",
        "unin",
        "unsure",
        "whisper",
    ),
    vague=_words(
        "yeah yes yep okay ok right well thing things stuff lot lots bit kind sort way ways know "
        "think thought mean guess feel say said saying tell told get got gets getting go goes "
        "going gone went come came really actually basically probably maybe definitely just "
        "gonna wanna want wanted like good sure anything something everything nothing somebody "
        "someone people person time times don didn doesn wasn isn aren couldn wouldn shouldn "
        "haven hadn hasn weren ain can won let make made do did does done have had has one two "
        "um uh er erm hmm"
    ),
    endings=(
        ("iness", "y"),
        ("ness", ""),
        ("ments", ""),
        ("ment", ""),
        ("ations", ""),
        ("ation", ""),
        ("ings", ""),
        ("ing", ""),
        ("ies", "y"),
        ("ied", "y"),
        ("ers", ""),
        ("er", ""),
        ("ed", ""),
        ("es", ""),
        ("ly", ""),
        ("s", ""),
        ("e", ""),
    ),
)

_LEXICONS: Mapping[str, Lexicon] = MappingProxyType({"en": _ENGLISH})
