"""Who people speak of, by language: words for relations, their level, and words of support."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from semcode.errors import ConfigError
from semcode.records import Level

__all__ = ["Relation", "RelationLexicon", "relation_lexicon"]


@dataclass(frozen=True, slots=True)
class Relation:
    """A kind of tie: `words` in lower case, one or more; `own` must be the speaker's own.

    A mother is counted where somebody says "my mother" or calls her Mom, not "her mother";
    a judge is counted however named.
    """

    name: str
    level: Level
    words: tuple[str, ...]
    organisation: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class RelationLexicon:
    """The relations of a language, and what tells that a tie helps or weighs.

    `others` say that a tie is somebody else's, `mine` that it is the speaker's; `none` that
    there is no such tie; `names` are kin words that need no "my", but where one of the
    `articles` stands before; `capitals` count only in capital letters. `support` and
    `strain` are looked for in the sentence.
    """

    relations: tuple[Relation, ...]
    mine: frozenset[str]
    others: frozenset[str]
    none: tuple[str, ...]
    names: frozenset[str]
    articles: frozenset[str]
    capitals: frozenset[str]
    support: tuple[str, ...]
    strain: tuple[str, ...]


def relation_lexicon(language: str) -> RelationLexicon:
    """Look a language up; raises ConfigError that lists the languages there are."""
    if language not in _LEXICONS:
        raise ConfigError(
            f"semcode knows no words for relations in the language {language!r} yet.",
            where="[segment] language",
            remedy=f"Use one of: {', '.join(sorted(_LEXICONS))}.",
        )
    return _LEXICONS[language]


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _kin(name: str, words: str) -> Relation:
    return Relation(name, Level.INTERPERSONAL, _words(words), own=True)


def _person(name: str, level: Level, words: str) -> Relation:
    return Relation(name, level, _words(words))


def _body(name: str, level: Level, words: str) -> Relation:
    return Relation(name, level, _words(words), organisation=True)


_ENGLISH = RelationLexicon(
    relations=(
        _kin("mother", "mother, mom, mama, momma, mommy, mum, stepmother, stepmom"),
        _kin("father", "father, dad, daddy, papa, stepfather, stepdad"),
        _kin("grandmother", "grandmother, grandma, granny, nana, mamaw, abuela, mawmaw"),
        _kin("grandfather", "grandfather, grandpa, papaw, granddad"),
        _kin("sister", "sister, sisters, stepsister, half sister"),
        _kin("brother", "brother, brothers, stepbrother, half brother"),
        _kin("aunt", "aunt, auntie, aunts"),
        _kin("uncle", "uncle, uncles"),
        _kin("cousin", "cousin, cousins"),
        _kin("family in law", "mother-in-law, father-in-law, sister-in-law, in-laws"),
        _kin(
            "partner",
            "husband, wife, boyfriend, girlfriend, partner, fiance, fiancé, spouse, baby daddy, "
            "baby's dad, baby's father, ex, ex-husband, old man",
        ),
        _kin("children", "son, sons, daughter, daughters, kids, children, oldest, girls, boys"),
        _kin("grandchildren", "grandbaby, grandbabies, grandson, granddaughter, grandkids"),
        _kin("family", "family, folks, parents, relatives"),
        _kin("friend", "friend, friends, best friend, buddy, buddies"),
        _kin("roommate", "roommate, roommates"),
        _kin("sponsor", "sponsor, sponsee, sponsees"),
        _kin("coworkers", "coworker, coworkers, co-worker, co-workers, colleague, colleagues"),
        _kin("supervisor", "supervisor, boss, manager, director"),
        _person(
            "counselor",
            Level.ORGANIZATIONAL,
            "counselor, counselors, counsellor, therapist, psychologist, psychiatrist",
        ),
        _person(
            "caseworker",
            Level.ORGANIZATIONAL,
            "caseworker, caseworkers, case worker, case manager, social worker, social workers",
        ),
        _person(
            "peer worker",
            Level.ORGANIZATIONAL,
            "peer support, peer specialist, recovery coach, peer worker",
        ),
        _person("staff", Level.ORGANIZATIONAL, "staff, tech, techs, house manager"),
        _person(
            "doctor or nurse",
            Level.ORGANIZATIONAL,
            "doctor, doctors, nurse, nurses, midwife, pediatrician, obstetrician, ob",
        ),
        _body(
            "recovery group",
            Level.COMMUNITY,
            "aa, na, home group, twelve step, twelve-step, 12-step, celebrate recovery, fellowship",
        ),
        _body(
            "church",
            Level.COMMUNITY,
            "church, pastor, preacher, priest, congregation, choir, mosque, synagogue",
        ),
        _person("landlord", Level.COMMUNITY, "landlord, landlady, landlords"),
        _person("neighbors", Level.COMMUNITY, "neighbor, neighbors, neighbour, neighbours"),
        _body(
            "child welfare",
            Level.PUBLIC_POLICY,
            "cps, dcs, dcf, dhs, child protective services, child welfare, guardian ad litem",
        ),
        _body(
            "court",
            Level.PUBLIC_POLICY,
            "judge, drug court, probation officer, parole officer, lawyer, public defender, "
            "probation, parole, court",
        ),
        _body("police", Level.PUBLIC_POLICY, "police, cops, cop, sheriff"),
    ),
    mine=frozenset({"my", "our"}),
    others=frozenset({"your", "his", "her", "their", "its", "other", "somebody", "someone"}),
    none=(
        "no",
        "don't have",
        "do n't have",
        "ain't got",
        "ai n't got",
        "didn't have",
        "did n't have",
        "never had",
        "without",
    ),
    names=frozenset(
        _words("mom, mama, momma, mommy, dad, daddy, papa, grandma, granny, nana, mamaw, papaw")
    ),
    articles=frozenset({"a", "an", "the", "other", "young", "good", "bad", "new"}),
    capitals=frozenset({"aa", "na", "ob"}),
    support=_words(
        "help, helps, helped, support, supports, supported, supportive, love, loves, loved, proud, "
        "there for me, believe in me, believes in me, takes care, took care, take care, listen, "
        "listens, listened, safe, trust, encourage, encourages, encouraged, drives me, drove me, "
        "sat with me, thankful, grateful, good to me, stood by, showed up, shows up, jewel, kind, "
        "patient, checks on, checked on, calls me"
    ),
    strain=_words(
        "fight, fights, fought, fighting, hit, hits, beat, broke my, yell, yells, yelled, scream, "
        "screamed, judge me, judged, blame, blames, blamed, scared, afraid, threatened, threaten, "
        "left me, kicked me out, kicked out, won't talk, don't talk, doesn't talk, uses, using, "
        "used with, drunk, drank, drinks, high, jail, cheated, lied, lies, don't believe, "
        "doesn't believe, toxic, hate, hates, hated, cut me off, took my, take my, hurt, mad, "
        "don't trust, abusive, abused, looked down, ashamed"
    ),
)

_LEXICONS: Mapping[str, RelationLexicon] = MappingProxyType({"en": _ENGLISH})
