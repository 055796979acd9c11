"""Topics of a study: found, shown, and decided on by people.

Whoever shows topics needs these; all take the study, and the page of topics is read anew
after each decision:

- `find(study, ...)`: find topics where anything changed (minutes for large studies; take
  `Study.find_topics`, which holds the study's lock). False: nothing had changed.
- `topics_page(study)`: a `TopicsPage` with a `TopicView` each; None before the first find.
- `topic_map(study, most=N)`: a `TopicMap`, the segments' places column by column.

Decisions are append-only lines with who, when and a note; `request` (a uuid of the caller's)
makes one that is sent twice count once. All give a `TopicDone`, whose `said` are sentences
for the reader, and raise InputError for what cannot be.

- `draft_code(study, topic)`: a `CodeDraft` to be edited.
- `accept_as_code(study, topic, coder, *, name, definition, include, exclude, examples, under,
  level, note, request)`: the draft as edited (None takes the draft's words) becomes a code in
  a new codebook version, and the topic's segments become suggestions of it.
- `merge_into_code(study, topic, code, coder, *, examples, note, request)`: the same with a
  code that is there, by name or guid.
- `merge_topics(study, topics, coder, *, name, note, request)`,
  `split_topic(study, topic, coder, *, parts, note, request)`,
  `rename_topic(study, topic, name, coder, *, note, request)`,
  `reject_topic(study, topic, coder, *, note, request)`.
- `take_back(study, topic, coder, *, note, request)`: take the newest decision on a topic back
  (`TopicView.undoable` says which).
- `decisions_on(study)`: all lines, the newest first.

Topics are named T1, T2, ...; they keep these ids when they are found again.
"""

from __future__ import annotations

from semcode.study.topics.accepting import accept_as_code, merge_into_code
from semcode.study.topics.deciding import (
    decisions_on,
    gather_topic,
    merge_topics,
    reject_topic,
    rename_topic,
    split_topic,
)
from semcode.study.topics.drafting import draft_code
from semcode.study.topics.finding import find
from semcode.study.topics.shown import (
    CodeDraft,
    TopicDone,
    TopicMap,
    TopicQuote,
    TopicsPage,
    TopicView,
)
from semcode.study.topics.undoing import take_back
from semcode.study.topics.viewing import topic_map, topics_page

__all__ = [
    "CodeDraft",
    "TopicDone",
    "TopicMap",
    "TopicQuote",
    "TopicView",
    "TopicsPage",
    "accept_as_code",
    "decisions_on",
    "draft_code",
    "find",
    "gather_topic",
    "merge_into_code",
    "merge_topics",
    "reject_topic",
    "rename_topic",
    "split_topic",
    "take_back",
    "topic_map",
    "topics_page",
]
