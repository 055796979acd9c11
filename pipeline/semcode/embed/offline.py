"""Keep the Hugging Face libraries off the network and quiet while weights are loaded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["offline_and_quiet"]

_VARIABLES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY")


@contextmanager
def offline_and_quiet() -> Iterator[None]:
    """Forbid the hub and silence progress bars and notices; restore both afterwards.

    The libraries read the variables once, when they are imported, so the hub's own switch
    is set as well.
    """
    from huggingface_hub import constants
    from transformers.utils import logging as untyped

    logging: Any = untyped
    before = {name: os.environ.get(name) for name in _VARIABLES}
    switch, verbosity = constants.HF_HUB_OFFLINE, logging.get_verbosity()
    bars = logging.is_progress_bar_enabled()
    os.environ.update(dict.fromkeys(_VARIABLES, "1"))
    constants.HF_HUB_OFFLINE = True
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = switch
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
