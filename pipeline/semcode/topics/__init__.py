"""Topic clusters over stored embeddings: found, described, tested for stability, matched."""

from __future__ import annotations

from semcode.topics.clustering import OUTLIER, Plan, choose_plan, cluster, divide
from semcode.topics.describing import Topic, describe
from semcode.topics.finding import TopicSet, find_topics
from semcode.topics.layout import positions
from semcode.topics.matching import match_topics
from semcode.topics.stability import Stability, stability

__all__ = [
    "OUTLIER",
    "Plan",
    "Stability",
    "Topic",
    "TopicSet",
    "choose_plan",
    "cluster",
    "describe",
    "divide",
    "find_topics",
    "match_topics",
    "positions",
    "stability",
]
