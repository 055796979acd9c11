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
    `articles` stands before; `capitals` count only in capital letters. Before a relation,
    `part` says that it is the speaker's own part or a mere name ("I'm a", "called"),
    `speaker` with `having` that they have it ("I've got a"), `address` that somebody is
    spoken to; one of `saying`, with `told` after it, announces speech, and `auxiliaries` may
    stand between it and who speaks. After it, `things` make it a thing ("church basement").
    `verbs` are no people after "to"; an 's of `pronouns` is a verb. `titles` and `no_names`
    tell names. `support` and `strain` are looked for in the sentence and in those that go on
    from it.
    """

    relations: tuple[Relation, ...]
    mine: frozenset[str]
    others: frozenset[str]
    none: tuple[str, ...]
    names: frozenset[str]
    articles: frozenset[str]
    capitals: frozenset[str]
    part: tuple[str, ...]
    speaker: frozenset[str]
    having: frozenset[str]
    address: frozenset[str]
    saying: frozenset[str]
    told: frozenset[str]
    auxiliaries: frozenset[str]
    things: frozenset[str]
    verbs: frozenset[str]
    pronouns: frozenset[str]
    titles: frozenset[str]
    no_names: frozenset[str]
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
        _kin("mother", "mother, mom, mama, momma, mommy, mum, stepmother, stepmom, foster mom"),
        _kin("father", "father, dad, daddy, papa, stepfather, stepdad"),
        _kin("grandmother", "grandmother, grandma, granny, nana, mamaw, abuela, mawmaw"),
        _kin("grandfather", "grandfather, grandpa, papaw, granddad"),
        _kin("sister", "sister, sisters, stepsister, half sister"),
        _kin("brother", "brother, brothers, stepbrother, half brother"),
        _kin("aunt", "aunt, auntie, aunts"),
        _kin("uncle", "uncle, uncles"),
        _kin("cousin", "cousin, cousins"),
        _kin(
            "family in law", "mother-in-law, father-in-law, sister-in-law, brother-in-law, in-laws"
        ),
        _kin(
            "partner",
            "husband, wife, boyfriend, girlfriend, partner, fiance, fiancé, spouse, baby daddy, "
            "baby's dad, baby's father, the baby's dad, the baby's father, ex, ex-husband, old man",
        ),
        _kin(
            "children",
            "son, sons, daughter, daughters, kids, children, oldest, youngest, girls, boys, baby, "
            "babies, child, the oldest, the youngest, the kids",
        ),
        _kin("grandchildren", "grandbaby, grandbabies, grandson, granddaughter, grandkids"),
        _kin("family", "family, folks, parents, relatives"),
        _kin("friend", "friend, friends, best friend, buddy, buddies, a friend of mine"),
        _person(
            "people they used with",
            Level.INTERPERSONAL,
            "i used with, i ran with, i run with, i run around with, i used to run with, "
            "i got high with",
        ),
        _person(
            "peers in treatment",
            Level.INTERPERSONAL,
            "girls here, girls in here, women here, women in here, people in here, guys in here, "
            "the other girls, the other women, the other moms, the other residents",
        ),
        _kin("roommate", "roommate, roommates, housemate, housemates"),
        _kin("sponsor", "sponsor, sponsee, sponsees"),
        _kin(
            "coworkers",
            "coworker, coworkers, co-worker, co-workers, colleague, colleagues, team, teammates",
        ),
        _kin("supervisor", "supervisor, supervisors, boss, bosses, manager, director, lead"),
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
            "aa, na, home group, twelve step, twelve-step, 12-step, celebrate recovery, "
            "fellowship, meetings, na meeting, aa meeting, online meeting, recovery meeting, "
            "support group, monday meeting, tuesday meeting, wednesday meeting, "
            "thursday meeting, friday meeting, saturday meeting, sunday meeting, "
            "narcotics anonymous, alcoholics anonymous, al-anon, smart recovery",
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
            "cps, dcs, dcf, dhs, child protective services, child welfare, guardian ad litem, "
            "cps worker, cps lady, my worker, the worker, new worker, different worker",
        ),
        _body(
            "court",
            Level.PUBLIC_POLICY,
            "judge, drug court, probation officer, parole officer, po, lawyer, public defender, "
            "probation, parole, court",
        ),
        _person(
            "government officials",
            Level.PUBLIC_POLICY,
            "mayor, governor, commissioner, county commissioner, commissioners, senator, "
            "legislator, legislators, legislature, representative, city council",
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
        _words(
            "mom, mama, momma, mommy, dad, daddy, papa, grandma, granny, nana, mamaw, papaw, auntie"
        )
    ),
    articles=frozenset({"a", "an", "the", "other", "young", "good", "bad", "new"}),
    capitals=frozenset({"aa", "na", "ob", "po"}),
    part=_words(
        "i 'm a, i 'm the, i was a, i was the, i am a, as a, be a, be the, become a, called, "
        "call me, called me, vet, nail, er, used to be the, like a, she 's a, he 's a, they 're a"
    ),
    speaker=frozenset({"i", "we"}),
    having=frozenset({"got", "have", "had", "'ve", "has"}),
    address=frozenset({",", ":", '"', "“", "said", "say", "says", "hey", "hi"}),
    saying=frozenset(
        _words(
            "say, says, said, saying, go, goes, went, like, ask, asks, asked, asking, tell, tells, "
            "told, telling, yell, yells, yelled, yelling, holler, hollers, hollered, hollering, "
            "scream, screams, screamed, screaming, cry, cries, cried, crying, whisper, whispers, "
            "whispered, answered, text, texts, texted, wrote"
        )
    ),
    told=frozenset({"to", "at", "me", "us", "him", "her", "them", "out", "back", "all"}),
    auxiliaries=frozenset(
        _words(
            "was, were, am, be, 'm, 'd, 'll, 've, had, have, would, will, could, just, always, "
            "still, even, finally, kept, keep, used, to, all, like, then, again, never"
        )
    ),
    things=frozenset(
        _words(
            "basement, lot, date, dates, hall, group, parking, building, bus, van, school, "
            "station, assistant, practitioner, ladies"
        )
    ),
    verbs=frozenset({"nurse", "doctor", "police", "court", "father", "mother", "sponsor"}),
    pronouns=frozenset(
        _words("it, he, she, that, there, who, what, here, this, everybody, nobody, let, how")
    ),
    titles=frozenset({"miss", "ms", "mrs", "mr", "dr", "aunt", "uncle", "pastor", "sister"}),
    no_names=frozenset(
        _words(
            "god, lord, jesus, monday, tuesday, wednesday, thursday, friday, saturday, sunday, "
            "january, february, march, april, june, july, august, september, october, november, "
            "december, christmas, easter, facebook, zoom, medicaid, medicare, thank, yeah, yes, "
            "okay, oh, um, uh, well, like, so, name"
        )
    ),
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
