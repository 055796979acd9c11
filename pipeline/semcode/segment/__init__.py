"""Cut a transcript into segments that can be coded."""

from semcode.segment.segmenting import SEGMENTER_VERSION, segment
from semcode.segment.settings import SegmentSettings

__all__ = ["SEGMENTER_VERSION", "SegmentSettings", "segment"]
