"""The mock passes with each answer to open questions, and with those of the recordings."""

from __future__ import annotations

from pathlib import Path

import appbuilder_mock
import pytest
from appbuilder_mock.readings import CHOICES, RECORDED

from contract_tests.selftests.suite_process import TOKEN, done
from contract_tests.selftests.test_variations import BY_HAND
from contract_tests.spec.readings import QUESTIONS

LISTS = "contract_tests/suite/test_lists.py"
# Every question with another answer than the default: its second reading, and its last.
SECOND = " ".join(f"{question}={words[1]}" for question, words in CHOICES.items())
LAST = " ".join(f"{question}={words[-1]}" for question, words in CHOICES.items())


@pytest.mark.parametrize("readings", ["recorded", SECOND, LAST], ids=["recorded", "second", "last"])
def test_each_reading_passes(tmp_path: Path, readings: str) -> None:
    """The report names the readings. `make contract READINGS=recorded` is the complete test."""
    words = dict(one.split("=") for one in readings.split() if "=" in one)
    kept = RECORDED if readings == "recorded" else words
    with appbuilder_mock.running(token=TOKEN) as unused:
        ran = done(
            unused, tmp_path, *BY_HAND, LISTS, CONTRACT_TARGET="", CONTRACT_READINGS=readings
        )

    assert ran.returncode == 0, ran.stdout
    for question, word in kept.items():
        assert f"{question}={word}" in ran.stdout.replace(" or plain", ""), question


def test_every_reading_is_reported() -> None:
    assert CHOICES.keys() <= QUESTIONS.keys()
