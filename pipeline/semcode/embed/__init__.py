"""Turn texts into vectors with weights that are checked before they are loaded."""

from semcode.embed.encoder import Encoder, encode_stream, load_encoder
from semcode.embed.linguistic import spacy_pipeline
from semcode.embed.registry import ModelRef, registered, resolve, spacy_model, verify

__all__ = [
    "Encoder",
    "ModelRef",
    "encode_stream",
    "load_encoder",
    "registered",
    "resolve",
    "spacy_model",
    "spacy_pipeline",
    "verify",
]
