"""The shipped gazetteer, loaded once."""

from __future__ import annotations

import pytest

from config.loader import BUILTIN
from gazetteer.load import load
from gazetteer.records import Gazetteer


@pytest.fixture(scope="session")
def shipped() -> Gazetteer:
    return load([BUILTIN])
