"""The label sets of bench_suggestions.py: texts, codes, sessions, and the splits.

Definitions are written from the data sets' own documentation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold, train_test_split

from semcode.codebook import Code, Codebook

Array = np.ndarray


@dataclass
class Set:
    """Texts with context, shares of coders who gave each code, sessions, and the tree."""

    name: str
    codebook: Codebook
    contexts: list[str]
    texts: list[str]
    shares: Array
    groups: Array
    rivals: list[int]
    folds: list[tuple[Array, Array]]
    average: str = "macro"

    @property
    def truth(self) -> Array:
        truth = (self.shares >= 0.5).astype(int)
        if self.rivals:
            truth[:, self.rivals] = 0
            best = self.shares[:, self.rivals].argmax(axis=1)
            truth[np.arange(len(truth)), np.array(self.rivals)[best]] = 1
        return truth


CLIENT = {
    "change": "The client leans towards change: a wish, ability, reason or need to change, a "
    "commitment to it, or a step already taken.",
    "neutral": "The client leans neither way: facts, answers, questions, following along.",
    "sustain": "The client leans away from change: reasons to go on as before, doubt, or no wish "
    "to change.",
}
THERAPIST = {
    "question": ("", "The therapist asks the client something."),
    "open question": ("question", "A question that leaves the answer open, such as how or why."),
    "closed question": ("question", "A question to be answered by yes, no or a short fact."),
    "reflection": ("", "The therapist gives back what the client said or meant."),
    "simple reflection": ("reflection", "Repeats or rephrases what the client said."),
    "complex reflection": ("reflection", "Adds meaning or feeling that the client did not say."),
    "therapist input": ("", "The therapist gives information, advice, options or sets goals."),
    "information": ("therapist input", "The therapist gives facts or feedback."),
    "advice": ("therapist input", "The therapist recommends something to do."),
    "negotiation": ("therapist input", "The therapist and client agree on a goal or a plan."),
    "options": ("therapist input", "The therapist offers several choices."),
    "other": ("", "Anything else: greetings, short acknowledgements, small talk."),
}
TREAT = {
    "Access Logistics": "Barriers to getting the medication: insurance, pharmacy, provider, cost, "
    "travel, where and how to get it.",
    "MOUD Administration": "How to take the medication for opioid use disorder: timing, dose, "
    "frequency, splitting or missing a dose, starting.",
    "Psychophysical Effects": "Physical and psychological effects during recovery: side effects, "
    "withdrawal, sleep, pain, anxiety, depression, interactions.",
    "Co-occuring Drug Usage": "Relapse or use of other substances during recovery.",
    "Tapering": "Quitting, coming off, or lowering the dose or frequency of the medication.",
    "Others": "Asks for information on something else.",
}
FAMILIES = {
    "Data": "Problems with data: collecting, quality, labels, missing values.",
    "QM": "Quality of the model: explainability, robustness, fairness, efficiency, privacy.",
    "MM": "Monitoring the model once it runs.",
    "MLP": "Platforms and infrastructure for machine learning.",
    "MD": "Deploying the model and its dependencies.",
    "MT": "Training the model.",
    "ME": "Evaluating the model.",
}


def annomi(folder: Path, who: str) -> Set:
    rows = pd.read_csv(folder / "annomi" / "AnnoMI-full.csv", keep_default_na=False)
    rows["utterance_id"] = rows["utterance_id"].astype(int)
    key = ["transcript_id", "utterance_id"]
    first = rows.groupby(key).first()
    before = first.groupby(level=0)["utterance_text"].shift(1).fillna("")

    def share(column: str, value: str, *, within: str = "") -> pd.Series:
        hit = rows[column] == value
        if within:
            hit &= rows["main_therapist_behaviour"] == within
        return hit.groupby([rows[k] for k in key]).mean()

    chosen = (first["interlocutor"] == who).to_numpy()
    if who == "client":
        codes = [Code(name=n, definition=d) for n, d in CLIENT.items()]
        columns = [share("client_talk_type", name) for name in CLIENT]
    else:
        codes = [Code(name=n, definition=d, parent=p or None) for n, (p, d) in THERAPIST.items()]
        columns = [_therapist_share(share, name, parent) for name, (parent, _) in THERAPIST.items()]
    shares = np.stack([column.to_numpy() for column in columns], axis=1)[chosen]
    groups = first["video_url"].to_numpy()[chosen]
    rivals = [i for i, code in enumerate(codes) if not code.parent]
    texts = first["utterance_text"].to_numpy()[chosen].tolist()
    folds = list(GroupKFold(5, shuffle=True, random_state=0).split(texts, None, groups))
    contexts = before.to_numpy()[chosen].tolist()
    return Set(
        f"AnnoMI {who}", Codebook(tuple(codes)), contexts, texts, shares, groups, rivals, folds
    )


def _therapist_share(share: Callable[..., pd.Series], name: str, parent: str) -> pd.Series:
    main = (parent or name).replace(" ", "_")
    if not parent:
        return share("main_therapist_behaviour", main)
    return share(f"{main}_subtype", name.split()[0], within=main)


def treat(folder: Path) -> Set:
    rows = pd.read_excel(folder / "treat_ise" / "All_GroundTruth_Annotation_Final_2023.xlsx")
    labels = rows[["Label1", "Label2", "Label3"]].replace(
        "Psycho-Physical Effects", "Psychophysical Effects"
    )
    shares = np.stack([(labels == name).any(axis=1) for name in TREAT], axis=1).astype(float)
    texts = (rows["title"].fillna("") + ". " + rows["body"].fillna("")).tolist()
    # This split is the authors' own (508 of their 509 test posts; one post is there twice).
    train, test = train_test_split(np.arange(len(rows)), test_size=0.1, random_state=42)
    book = Codebook(tuple(Code(name=n, definition=d) for n, d in TREAT.items()))
    empty = [""] * len(texts)
    folds = [(np.sort(train), np.sort(test))] * 5
    groups = np.arange(len(texts)).astype(str)
    return Set("TREAT-ISE", book, empty, texts, shares, groups, [], folds, "weighted")


def mlss(folder: Path) -> Set:
    rows = pd.read_csv(folder / "mlss" / "segments_codes.csv", keep_default_na=False)
    first = rows.drop_duplicates(["interview", "segment"]).sort_values(["interview", "segment"])
    given = rows.assign(code=rows["codes"].str.split("|")).explode("code")
    given["code"] = given["code"].str.strip()
    given = given[given["code"].str.fullmatch(r"[A-Z]{2,}-.+|Data-.+")]
    given = given.drop_duplicates(["interview", "segment", "code"])
    coded = given.groupby("interview").size()
    first = first[first["interview"].isin(coded.index[coded >= 5])].reset_index(drop=True)
    common = given.groupby("code").agg(n=("segment", "size"), where=("interview", "nunique"))
    names = sorted(common.index[(common["n"] >= 20) & (common["where"] >= 5)])
    place = {
        (i, s): row for row, (i, s) in enumerate(zip(first.interview, first.segment, strict=True))
    }
    families = sorted({name.split("-")[0] for name in names})
    position = {name: i for i, name in enumerate([*families, *names])}
    shares = np.zeros((len(first), len(position)))
    for interview, segment, code in given[["interview", "segment", "code"]].itertuples(index=False):
        row, family = place.get((interview, segment)), code.split("-")[0]
        if row is not None and family in position:
            shares[row, position[family]] = 1
            if code in position:
                shares[row, position[code]] = 1
    codes = [Code(name=f, definition=FAMILIES[f]) for f in families]
    codes += [
        Code(name=n, definition=re.sub("-", " ", n.split("-", 1)[1]), parent=n.split("-")[0])
        for n in names
    ]
    asked = first["text"].where(first["speaker"].str.startswith("interviewer"))
    before = asked.groupby(first["interview"]).ffill().groupby(first["interview"]).shift(1)
    groups = first["interview"].to_numpy()
    texts = first["text"].str.strip().tolist()
    folds = list(GroupKFold(5, shuffle=True, random_state=0).split(texts, None, groups))
    contexts = before.fillna("").tolist()
    return Set("MLSS", Codebook(tuple(codes)), contexts, texts, shares, groups, [], folds)


SETS = {
    "client": lambda folder: annomi(folder, "client"),
    "therapist": lambda folder: annomi(folder, "therapist"),
    "treat": treat,
    "mlss": mlss,
}
