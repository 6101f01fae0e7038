"""Hears that the process is told to end, which servers tell only when all is answered."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def before_the_end(act: Callable[[], object]) -> Iterator[None]:
    """In this loop, at SIGINT or SIGTERM; what the server does then is done all the same.

    A stream without an end would keep the server from ending. Outside of the main thread, where
    signals cannot be heard, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    found = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    before = {one: known for one, known in found.items() if callable(known)}

    def hear(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(act)
        before[signal.Signals(number)](number, frame)  # a loop hears by its descriptor, too

    for one in before:
        signal.signal(one, hear)
    try:
        yield
    finally:
        for one, known in before.items():
            signal.signal(one, known)
