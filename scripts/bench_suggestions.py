"""Compare CodeClassifier with what researchers use today: learning curves on four label sets.

    python scripts/bench_suggestions.py --data ../shared/data [--sets client treat] [--cache DIR]

One run, the same splits for all: five folds of whole sessions (TREAT-ISE: the authors' own
test posts, five samples). At each point every code has that many positives (or all there
are), drawn at random from the training part, and as many other texts beside them. Prints
tables in markdown. SetFit is not among the
peers yet: it fine-tunes for minutes a point on a processor.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score
from sklearn.model_selection import GridSearchCV, GroupKFold, train_test_split
from sklearn.svm import LinearSVC

from semcode.classify import CodeClassifier
from semcode.classify.calibration import expected_calibration_error
from semcode.codebook import Code, Codebook
from semcode.embed import load_encoder, resolve

POINTS = (0, 8, 20, 50, 100, None)
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


# The label sets. Definitions are written from the data sets' own documentation.

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


# Encoding once


class CachedEncoder:
    """An encoder that keeps what it encoded, in memory and (with a folder) on disk."""

    def __init__(self, folder: Path | None) -> None:
        self.encoder, self.vectors, self.folder = None, {}, folder
        if folder and (folder / "vectors.npy").is_file():
            keys = (folder / "keys.txt").read_text().split()
            self.vectors = dict(zip(keys, np.load(folder / "vectors.npy"), strict=True))

    def __deepcopy__(self, memo: object) -> CachedEncoder:
        return self

    def encode(self, texts: Sequence[str]) -> Array:
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        new = {k: t for k, t in zip(keys, texts, strict=True) if k not in self.vectors}
        if new:
            self.encoder = self.encoder or load_encoder(resolve("all-MiniLM-L6-v2"))
            self.vectors |= dict(zip(new, self.encoder.encode(list(new.values())), strict=True))
        if new and self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / "keys.txt").write_text("\n".join(self.vectors))
            np.save(self.folder / "vectors.npy", np.stack(list(self.vectors.values())))
        return np.stack([self.vectors[key] for key in keys])


# The peers: each gives scores and 0/1 decisions for the test texts


def _logistic(x: object, y: Array, test: object) -> tuple[Array, Array]:
    """Logistic regression, C and class weights by cross-validated F1, a code at a time."""
    grid = {"C": [0.1, 1.0, 10.0, 100.0], "class_weight": [None, "balanced"]}
    model = GridSearchCV(LogisticRegression(max_iter=2000), grid, scoring="f1", cv=3)
    try:
        p = model.fit(x, y).predict_proba(test)[:, 1]
    except ValueError:  # too few of one class for three folds
        p = LogisticRegression(max_iter=2000).fit(x, y).predict_proba(test)[:, 1]
    return p, (p >= 0.5).astype(int)


def _svm(x: object, y: Array, test: object) -> Array:
    return LinearSVC(C=1.0, class_weight="balanced").fit(x, y).decision_function(test)


def _by_code(
    y: Array, fit: Callable[[Array], tuple[Array, Array]], test: int
) -> tuple[Array, Array]:
    scores, given = np.zeros((test, y.shape[1])), np.zeros((test, y.shape[1]), int)
    for code in range(y.shape[1]):
        if 0 < y[:, code].sum() < len(y):
            scores[:, code], given[:, code] = fit(y[:, code])
        else:
            scores[:, code] = given[:, code] = y[:, code].any()
    return scores, given


def tfidf_lr(s: Set, train: Array, test: Array, _: CachedEncoder) -> tuple[Array, Array]:
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    x = vectorizer.fit_transform([s.texts[i] for i in train])
    z = vectorizer.transform([s.texts[i] for i in test])
    return _by_code(s.truth[train], lambda y: _logistic(x, y, z), len(test))


def minilm_lr(s: Set, train: Array, test: Array, encoder: CachedEncoder) -> tuple[Array, Array]:
    x = encoder.encode([s.texts[i] for i in train])
    z = encoder.encode([s.texts[i] for i in test])
    return _by_code(s.truth[train], lambda y: _logistic(x, y, z), len(test))


def svm_ensemble(s: Set, train: Array, test: Array, encoder: CachedEncoder) -> tuple[Array, Array]:
    """Mean of two linear SVMs, on words and on embeddings, as in Label Sleuth."""
    vectorizer = TfidfVectorizer()
    words = vectorizer.fit_transform([s.texts[i] for i in train])
    words_test = vectorizer.transform([s.texts[i] for i in test])
    x = encoder.encode([s.texts[i] for i in train])
    z = encoder.encode([s.texts[i] for i in test])

    def fit(y: Array) -> tuple[Array, Array]:
        margin = (_svm(words, y, words_test) + _svm(x, y, z)) / 2
        return margin, (margin > 0).astype(int)

    return _by_code(s.truth[train], fit, len(test))


def zero_shot(s: Set, _: Array, test: Array, encoder: CachedEncoder) -> tuple[Array, Array]:
    """Cosine with "name. definition"; the most similar code is given."""
    said = [f"{c.name}. {c.definition}".strip() for c in s.codebook.codes]
    scores = encoder.encode([s.texts[i] for i in test]) @ encoder.encode(said).T
    given = np.zeros(scores.shape, int)
    given[np.arange(len(test)), scores.argmax(axis=1)] = 1
    return scores, given


def semcode(s: Set, train: Array, test: Array, encoder: CachedEncoder) -> tuple[Array, Array]:
    """Fit on all texts that are not tested on; those that were not drawn are unlabelled."""
    pool = np.setdiff1d(np.arange(len(s.texts)), test)
    pairs = list(zip(s.contexts, s.texts, strict=True))
    model = CodeClassifier(s.codebook, encoder=encoder)
    labels = np.full(s.shares.shape, np.nan)
    labels[train] = s.shares[train]
    model.fit([pairs[i] for i in pool], labels[pool], s.groups[pool])
    encoded = model.encode([pairs[i] for i in test])
    return model.proba_encoded(encoded), model.predict_encoded(encoded)


PEERS = {
    "semcode": semcode,
    "TF-IDF + LR": tfidf_lr,
    "MiniLM + LR": minilm_lr,
    "SVM ensemble": svm_ensemble,
    "zero-shot": zero_shot,
}


def sample(s: Set, train: Array, positives: int | None, seed: int) -> Array:
    """Draw texts until each code has so many positives, and as many others (rivals: none)."""
    if positives is None:
        return train
    if positives == 0:
        return train[:0]
    rng = np.random.default_rng(seed)
    order = rng.permutation(train)
    truth = s.truth[order]
    wanted = s.rivals or range(truth.shape[1])
    chosen = {int(i) for code in wanted for i in order[truth[:, code] > 0][:positives]}
    if not s.rivals:
        others = [int(i) for i in order if int(i) not in chosen]
        chosen |= set(others[: len(chosen)])
    return np.array(sorted(chosen))


def judge(s: Set, test: Array, scores: Array, given: Array) -> dict[str, float]:
    truth = s.truth[test]
    if s.rivals:
        given = given.copy()
        if not (given[:, s.rivals].sum(axis=1) == 1).all():
            given[:, s.rivals] = 0
            best = scores[:, s.rivals].argmax(axis=1)
            given[np.arange(len(given)), np.array(s.rivals)[best]] = 1
    seen = truth.sum(axis=0) > 0
    found = {
        "F1": f1_score(truth[:, seen], given[:, seen], average=s.average, zero_division=0),
        "mAP": average_precision_score(truth[:, seen], scores[:, seen], average="macro"),
    }
    if s.rivals:
        found["F1 top"] = f1_score(
            truth[:, s.rivals], given[:, s.rivals], average="macro", zero_division=0
        )
        best = np.eye(len(s.rivals))[scores[:, s.rivals].argmax(axis=1)]
        found["F1 argmax"] = f1_score(truth[:, s.rivals], best, average="macro", zero_division=0)
    if scores.min() >= 0 and scores.max() <= 1:
        found["ECE"] = expected_calibration_error(scores, truth)
    return found


def rows_of(
    s: Set, encoder: CachedEncoder, peers: Sequence[str], points: Sequence[int | None], seeds: int
) -> Iterator[dict[str, object]]:
    for point in points:
        for seed, (train, test) in enumerate(s.folds[:seeds]):
            chosen = sample(s, train, point, seed)
            for peer in peers:
                if point == 0 and peer not in ("semcode", "zero-shot"):
                    continue
                if peer == "zero-shot" and point != 0:
                    continue
                started = time.perf_counter()
                scores, given = PEERS[peer](s, chosen, test, encoder)
                seconds = time.perf_counter() - started
                yield {
                    "set": s.name,
                    "positives": "all" if point is None else point,
                    "seed": seed,
                    "peer": peer,
                    "texts": len(chosen),
                    "seconds": seconds,
                    **judge(s, test, scores, given),
                }


def table(rows: pd.DataFrame) -> str:
    """Give one markdown table a set and measure: mean over seeds, spread in brackets."""
    parts = []
    for (name, measure), part in rows.melt(
        id_vars=["set", "positives", "seed", "peer"],
        value_vars=[c for c in ("F1", "F1 top", "F1 argmax", "mAP", "ECE") if c in rows],
    ).groupby(["set", "variable"], sort=False):
        part = part.dropna(subset="value")
        if part.empty:
            continue
        cells = part.groupby(["peer", "positives"], sort=False)["value"].agg(["mean", "std"])
        shown = cells.apply(lambda c: f"{c['mean']:.3f} ({c['std']:.3f})", axis=1).unstack()
        shown = shown.reindex(columns=list(dict.fromkeys(part["positives"]))).fillna("-")
        parts.append(f"**{name}: {measure}**\n\n| | " + " | ".join(map(str, shown.columns)) + " |")
        parts[-1] += "\n|---" * 1 + "|---" * len(shown.columns) + "|\n"
        parts[-1] += "\n".join(
            f"| {peer} | " + " | ".join(values) + " |"
            for peer, values in zip(shown.index, shown.to_numpy(), strict=True)
        )
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--points", nargs="+", default=["0", "8", "20", "50", "100", "all"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--cache", type=Path, help="a folder to keep vectors in between runs")
    parser.add_argument("--out", type=Path, help="a CSV file for the single results")
    options = parser.parse_args()
    points = [None if p == "all" else int(p) for p in options.points]
    encoder, rows = CachedEncoder(options.cache), []
    for name in options.sets:
        for row in rows_of(SETS[name](options.data), encoder, options.peers, points, options.seeds):
            rows.append(row)
            print(
                {k: round(v, 3) if isinstance(v, float) else v for k, v in row.items()}, flush=True
            )
            if options.out:
                pd.DataFrame(rows).to_csv(options.out, index=False)
    print(table(pd.DataFrame(rows)))


if __name__ == "__main__":
    main()
