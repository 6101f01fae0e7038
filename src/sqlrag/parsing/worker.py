"""A worker process: reads tasks from its standard input, writes replies to its standard output.

A message is a pickle after its length in 8 bytes. The first one holds the limits; a task names a
module, a function and its arguments; a reply is a pair of a word (`done`, `refused`, `memory` or
`failed`) and what belongs to it.
"""

import logging
import math
import os
import pickle
import signal
import struct
import sys
from importlib import import_module
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from sqlrag.domain.errors import SqlragError
from sqlrag.domain.limits import Limits

LENGTH = struct.Struct("<Q")


def pack(message: object) -> bytes:
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


def main() -> None:
    incoming, outgoing = _take_streams()
    # The parent says what there is to say; libraries comment on every oddity of a file.
    logging.disable(logging.WARNING)
    limits: Limits = _receive(incoming)
    _limit_memory(limits.memory_bytes)
    tasks: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_listen, args=(incoming, tasks), daemon=True).start()
    while True:
        outgoing.write(_reply_to(tasks.get(), limits.timeout))
        outgoing.flush()


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    """Our two pipes; whatever a library prints goes to standard error instead."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    return incoming, outgoing


def _receive(stream: BinaryIO) -> Any:
    length = stream.read(LENGTH.size)
    if len(length) < LENGTH.size:
        os._exit(0)
    return pickle.loads(stream.read(LENGTH.unpack(length)[0]))  # noqa: S301  our parent wrote it


def _listen(incoming: BinaryIO, tasks: "SimpleQueue[Any]") -> None:
    """Queue the tasks; the end of the stream means that the parent is gone, and we go too."""
    try:
        while True:
            tasks.put(_receive(incoming))
    finally:
        os._exit(1)


def _reply_to(task: tuple[str, str, tuple[Any, ...]], timeout: float) -> bytes:
    module, function, arguments = task
    _set_alarm(math.ceil(timeout) + 10)
    try:
        return pack(("done", getattr(import_module(module), function)(*arguments)))
    except SqlragError as error:
        return pack(("refused", error))
    except MemoryError:
        return pack(("memory", None))
    except BaseException as error:  # a panic in a Rust library is no Exception
        return pack(("failed", f"{type(error).__name__}: {error}"[:200]))
    finally:
        _set_alarm(0)


def _set_alarm(seconds: int) -> None:
    """End the process when the parent, gone meanwhile, cannot: a loop in C lets no thread run."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def _limit_memory(size: int) -> None:
    if sys.platform == "linux":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        allowed = size if hard == resource.RLIM_INFINITY else min(size, hard)
        resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # libraries abort where it is reached


if __name__ == "__main__":
    main()
