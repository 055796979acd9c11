"""Compare CodeClassifier with its peers on public sets that it was not developed on.

    git clone https://github.com/OWNER/NAME DIR/NAME     (the repositories of REPOSITORIES)
    python scripts/bench_public.py --data DIR [--sets talkmoves] [options of bench_suggestions.py]

Five folds of whole transcripts, conversations or posts; sampling, peers and measures are those of
bench_suggestions.py. Definitions are written once, from the data sets' own documentation.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import bench_suggestions
import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold
from suggestion_sets import SETS, Set

from semcode.codebook import Code, Codebook

REPOSITORIES = {
    "talkmoves": "SumnerLab/TalkMoves",
    "esconv": "thu-coai/Emotional-Support-Conversation",
    "cams": "drmuskangarg/CAMS",
    "multiwd": "drmuskangarg/MultiWD",
    "irf": "drmuskangarg/Irf",
    "counselchat": "nbertagnolli/counsel-chat",
}
_TRANSCRIPTS = 16  # of TalkMoves, drawn with seed 0: 7,000 sentences of teachers

MOVES = {
    "none": "Anything else that a teacher says; no talk move.",
    "keeping everyone together": "Makes sure that students are listening and follow.",
    "getting students to relate": "Asks students to react to what another student said: agree, "
    "disagree, add.",
    "restating": "Repeats all or part of what a student said word for word.",
    "revoicing": "Repeats what a student said but adds to it or changes the wording.",
    "context": "Sets the mathematical problem into a context.",
    "press for accuracy": "Asks for a mathematical contribution, an answer or a mathematical term.",
    "press for reasoning": "Asks a student to explain, give evidence or say how ideas are "
    "connected.",
}
_MOVE = {"1": 0, "2": 1, "3": 2, "4": 3, "5": 4, "7": 5, "8": 6, "9": 7}  # the numbers of the tags
STRATEGIES = {
    "Questions": "Asks for information about the problem so that the seeker says more.",
    "Restatement or Paraphrasing": "A short rephrasing of what the help-seeker said.",
    "Reflection of feelings": "Puts the help-seeker's feelings into words.",
    "Self-disclosure": "Tells of similar experiences or feelings of one's own.",
    "Affirmation and Reassurance": "Affirms strengths and gives reassurance and encouragement.",
    "Providing Suggestions": "Suggests how things could be changed, without telling what to do.",
    "Information": "Gives useful facts, resources, data or opinions.",
    "Others": "Greetings, pleasantries and anything else.",
}
CAUSES = {
    "no reason": "The post gives no reason for the writer's state.",
    "bias or abuse": "Bullying, abuse, discrimination, body shaming or violence, past or present.",
    "jobs and careers": "Work, unemployment, money, exams, study and career.",
    "medication": "Medication, drugs, alcohol, treatment, illness and diagnosis.",
    "relationship": "Trouble with partner, family or friends; a break-up, loss of somebody.",
    "alienation": "Feeling worthless, empty, alone, without meaning; not belonging anywhere.",
}
WELLNESS = {
    "Spiritual": "Meaning and purpose in life, faith, beliefs, values, hopelessness about life "
    "itself.",
    "Physical": "The body: sleep, food, illness, pain, exercise, weight, medication, self-harm.",
    "Intellectual": "Study, school, thinking, creativity, skills, concentration and learning.",
    "Social": "Relations with family, friends, partners and the community; support or being "
    "lonely.",
    "Vocational": "Work, career, money, jobs and finding satisfaction in them.",
    "Emotional": "Feelings and moods and coping with them: sadness, anger, anxiety, stress.",
}
RISKS = {
    "thwarted belongingness": "Feels lonely, unloved or that one does not belong; lacks caring "
    "relations.",
    "perceived burdensomeness": "Feels a burden to others; self-hate; others would be better off.",
}


def talkmoves(folder: Path) -> Set:
    files = sorted((folder / "data" / "Subset 2").glob("*.xlsx"))
    rows = []
    for place in np.random.default_rng(0).permutation(len(files))[:_TRANSCRIPTS]:
        table = pd.read_excel(files[place])[["Sentence", "Teacher Tag"]].fillna("").map(str)
        said = ["", *table["Sentence"]]
        for (before, text), tag in zip(pairwise(said), table["Teacher Tag"], strict=True):
            if tag.strip()[:1] in _MOVE and text.strip():
                rows.append((files[place].name, before, text, _MOVE[tag.strip()[0]]))
    groups, contexts, texts, which = zip(*rows, strict=True)
    return _set("TalkMoves", MOVES, texts, np.eye(len(MOVES))[list(which)], groups, contexts)


def esconv(folder: Path) -> Set:
    """Take the supporters' turns of the conversations that were kept for development and test."""
    known = {"Other": "Others", "Providing Suggestions or Information": "Information"}
    rows, conversation = [], 0
    for part in ("dev", "test"):
        last = 10**9
        file = folder / "codes" / "dataset" / f"{part}WithStrategy_short.tsv"
        for line in file.read_text("utf-8").splitlines():
            turns = [_turn(turn) for turn in line.strip().split(" EOS ")]
            place, strategy, text = turns[-1]
            conversation += place < last
            last = place
            strategy = known.get(strategy, strategy)
            if strategy in STRATEGIES and text:
                before = turns[-2][2] if len(turns) > 1 else ""
                rows.append((conversation, before, text, list(STRATEGIES).index(strategy)))
    groups, contexts, texts, which = zip(*rows, strict=True)
    return _set("ESConv", STRATEGIES, texts, np.eye(len(STRATEGIES))[list(which)], groups, contexts)


def _turn(written: str) -> tuple[int, str, str]:
    """Read "score speaker place [strategy] text"."""
    found = re.match(r"\s*[\d.]+ \d (\d+) (?:\[([^\]]+)\])? ?(.*)", written)
    return (int(found[1]), found[2] or "", found[3].strip()) if found else (0, "", "")


def cams(folder: Path) -> Set:
    """Take the posts of SDCNL that were annotated anew."""
    parts = [
        pd.read_csv(folder / "CAMS" / "data" / f"IntentSDCNL_{part}.csv", encoding="latin-1")
        for part in ("Training", "Testing")
    ]
    named = [part.rename(columns=lambda name: name.strip().upper()[:5]) for part in parts]
    rows = pd.concat(named).dropna(subset=["SELFT", "ANNOT"]).drop_duplicates("SELFT")
    rows = rows[rows["ANNOT"].isin(range(len(CAUSES)))]
    which = rows["ANNOT"].astype(int).to_numpy()
    return _set("CAMS", CAUSES, rows["SELFT"].str[:4000], np.eye(len(CAUSES))[which])


def multiwd(folder: Path) -> Set:
    rows = pd.concat([pd.read_csv(folder / f"{part}_data.csv") for part in ("train", "test")])
    rows = rows.drop_duplicates("text")
    return _set("MultiWD", WELLNESS, rows["text"], rows[list(WELLNESS)].to_numpy(), rivals=False)


def irf(folder: Path) -> Set:
    files = sorted(folder.glob("*_data.csv"))
    rows = pd.concat([pd.read_csv(file, encoding="latin-1") for file in files])
    rows = rows.dropna(subset=["text"]).drop_duplicates("text")
    return _set("IRF", RISKS, rows["text"], rows[["belong", "burden"]].to_numpy(), rivals=False)


def counselchat(folder: Path) -> Set:
    """Take the questions of topics that 15 questions or more have; topics have names only."""
    rows = pd.read_csv(folder / "data" / "20200325_counsel_chat.csv").drop_duplicates("questionID")
    names = rows["topic"].value_counts()
    names = names.index[names >= 15]
    rows = rows[rows["topic"].isin(names)]
    texts = rows["questionTitle"].fillna("") + " " + rows["questionText"].fillna("")
    shares = rows["topic"].to_numpy()[:, None] == np.array(names)
    return _set("CounselChat", {name.replace("-", " "): "" for name in names}, texts, shares)


def _set(
    name: str,
    codes: Mapping[str, str],
    texts: Sequence[str],
    shares: np.ndarray,
    groups: Sequence[object] | None = None,
    contexts: Sequence[str] | None = None,
    *,
    rivals: bool = True,
) -> Set:
    own = np.arange(len(texts)).astype(str) if groups is None else np.array(groups).astype(str)
    folds = GroupKFold(5, shuffle=True, random_state=0).split(own, None, own)
    return Set(
        name,
        Codebook(tuple(Code(name=code, definition=said) for code, said in codes.items())),
        list(contexts or [""] * len(texts)),
        list(texts),
        np.array(shares, float),
        own,
        list(range(len(codes))) if rivals else [],
        list(folds),
    )


LOADERS = (talkmoves, esconv, cams, multiwd, irf, counselchat)


def main() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--data", type=Path)
    data = parser.parse_known_args()[0].data
    there = {}
    for loader in LOADERS:
        folder = REPOSITORIES[loader.__name__].split("/")[1]
        if data is not None and (data / folder).is_dir():
            there[loader.__name__] = lambda root, load=loader, inside=folder: load(root / inside)
    if not there and "--help" not in sys.argv:
        print("Left out: name a folder with clones of these repositories, --data DIR:")
        print("\n".join(f"  {name}" for name in REPOSITORIES.values()))
        return
    SETS.clear()
    SETS.update(there)
    bench_suggestions.main()


if __name__ == "__main__":
    main()
