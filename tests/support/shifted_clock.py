"""Runs a module on a machine whose clock is wrong: `python -m tests.support.shifted_clock SECONDS
MODULE ARGUMENTS`."""

import datetime
import runpy
import sys
import time

_right, _shift = time.time, float(sys.argv.pop(1))


def _wrong() -> float:
    return _right() + _shift


class _Wrong(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> "_Wrong":
        return cls.fromtimestamp(_wrong(), tz)


if __name__ == "__main__":
    time.time = _wrong
    datetime.datetime = _Wrong  # type: ignore[misc]
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
