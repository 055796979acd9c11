"""Train SetFit on one task and leave its probabilities: python setfit_peer.py FOLDER

Run by bench_suggestions.py with a Python in which `pip install setfit` was done (SetFit 1.1.3
needs transformers < 5, semcode does not). Reads task.json, writes p.npy.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}

import numpy as np
from datasets import Dataset
from setfit import SetFitModel, Trainer, TrainingArguments

LONGEST = 96  # tokens; few texts are longer, and a batch is padded to its longest


def main(folder: Path) -> None:
    """Fine-tune with SetFit's defaults: one epoch over all pairs; texts cut at 96 tokens."""
    task = json.loads((folder / "task.json").read_text())
    several = isinstance(task["labels"][0], list)
    labels = np.array(task["labels"])
    kept = np.flatnonzero(labels.any(axis=0)) if several else None
    if kept is not None:  # a code without an example cannot be learned
        kept = np.flatnonzero((labels.sum(axis=0) > 0) & (labels.sum(axis=0) < len(labels)))
        task["labels"] = labels[:, kept].tolist()
    strategy = "one-vs-rest" if several else None
    model = SetFitModel.from_pretrained(task["model"], multi_target_strategy=strategy)
    model.model_body.max_seq_length = LONGEST
    settings = TrainingArguments(
        batch_size=16, num_epochs=1, seed=0, report_to="none", save_strategy="no",
        output_dir=str(folder / "out"),
    )  # fmt: skip
    data = Dataset.from_dict({"text": task["train"], "label": task["labels"]})
    Trainer(model=model, args=settings, train_dataset=data).train()
    p = np.asarray(model.predict_proba(task["test"], as_numpy=True))
    if kept is not None:
        whole = np.zeros((len(p), labels.shape[1]))
        whole[:, kept] = p
        p = whole
    np.save(folder / "p.npy", p)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
