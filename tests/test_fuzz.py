"""The fuzzer finds each kind of fault, and makes the same inputs again."""

from __future__ import annotations

import os
import signal
import time

import pytest

import fuzz
from fuzz_targets import CALS, Target
from mitotransfer.errors import InputError
from mutations import MOST_BYTES, Mutator
from small import jats, secretion

SEEDS = [secretion().encode(), jats(CALS).encode(), b'{"documents": [{"passages": []}]}', b"row_id,note\na,b\n", b"PMC1\nPMC2\n"]


def read(name: str, data: bytes) -> frozenset[str]:
    """Fails as the input says."""
    match data:
        case b"own":
            raise InputError("no article", code="no-article")
        case b"silent":
            raise InputError("", code="no-article")
        case b"memory":
            return frozenset({str(len(bytearray(3 * fuzz.MEMORY)))})
        case b"death":
            os.kill(os.getpid(), signal.SIGKILL)
        case b"hang":
            time.sleep(60)
        case b"work":
            until = time.process_time() + 0.2
            while time.process_time() < until:
                pass
    if b"XY" in data:
        raise KeyError(data)
    return frozenset({"read"})


@pytest.fixture(scope="module")
def child() -> fuzz.Child:
    return fuzz.Child(Target(read, []))


@pytest.mark.parametrize(
    ("data", "cause"),
    [(b"", ""), (b"own", ""), (b"silent", "an error without a message"), (b"memory", "MemoryError"), (b"death", "died with -9")],
)
def test_what_is_a_finding(child: fuzz.Child, data: bytes, cause: str) -> None:
    assert child.read("a", data).cause == cause
    assert child.read("a", b"").said == {"read"}, "goes on afterwards"


@pytest.mark.parametrize(("data", "cause"), [(b"hang", "no answer"), (b"work", "slow")])
def test_what_takes_long_is_one(monkeypatch: pytest.MonkeyPatch, data: bytes, cause: str) -> None:
    monkeypatch.setattr(fuzz, "SECONDS", 0.1)
    hasty = fuzz.Child(Target(read, []))
    assert hasty.read("a", data).cause == cause
    hasty.stop()


def test_an_input_is_made_as_small_as_its_fault_allows(child: fuzz.Child) -> None:
    assert fuzz.smaller(child, "a", b"a" * 300 + b"XY" + b"b" * 100, child.read("a", b"XY").cause) == b"XY"


def test_the_same_seed_makes_the_same_inputs_and_they_are_bounded() -> None:
    one, other = (Mutator(SEEDS, 7) for _ in range(2))
    made = [one.change(seed) for seed in SEEDS * 30]
    assert made == [other.change(seed) for seed in SEEDS * 30]
    assert len(set(made)) > 100 and all(len(data) <= MOST_BYTES for data in made)
