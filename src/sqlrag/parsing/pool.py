"""Worker processes that prepare documents: a hostile or broken file costs one document."""

import asyncio
import os
import pickle
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlrag.domain.documents import Place, PreparedDocument, Source
from sqlrag.domain.errors import UnreadableDocument
from sqlrag.domain.limits import Limits, Splitting
from sqlrag.parsing.refusals import check_size, named, unreadable
from sqlrag.parsing.tokens import vocabulary_is_cached
from sqlrag.parsing.worker import LENGTH, pack

_PLACES = "sqlrag.parsing.formats.pdf_places"
TINY = 16 * 2**10
# A document that takes longer than most, in seconds, keeps its process but no longer its place.
PATIENCE = 5.0

COMMAND = [sys.executable, "-P", "-m", "sqlrag.parsing.worker"]
# Nothing else is handed on: a worker reads hostile files and needs no keys.
ENVIRONMENT = (
    *("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP"),
    *("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"),
)


class ParserPool:
    """`workers` processes, started when first needed; they end with this one.

    A document that holds one for longer than PATIENCE lets the next one in, so that a few hostile
    files do not keep all others waiting: up to as many processes again work on such documents.

    They are plain interpreters rather than `multiprocessing` ones, which would import the
    caller's main script again: without a guard in it, that runs the caller's program twice.
    """

    def __init__(self, limits: Limits, splitting: Splitting, workers: int = 2) -> None:
        self._limits = limits
        self._splitting = splitting
        self._most = workers
        self._slots = asyncio.Semaphore(workers)
        self._late = 0
        self._workers: set[_Worker] = set()
        self._idle: list[_Worker] = []
        self._closed = False
        self._is_warm = False
        self._warming = asyncio.Lock()

    async def prepare(self, source: Source) -> PreparedDocument:
        """Parse, detect the language and split, within the limits.

        Raises UnreadableDocument, also when the worker took too long, too much or crashed.
        """
        with named(source.file_name):
            check_size(len(source.data), "bytes", self._limits.max_file_bytes)
        arguments = (source, self._limits, self._splitting)
        if _is_tiny(source):
            return await self._prepare_here(*arguments)
        prepared: PreparedDocument = await self._run(
            source.file_name, "sqlrag.parsing.prepare", "prepare", *arguments
        )
        return prepared

    async def find_places(self, name: str, data: bytes, page: int, quote: str) -> list[Place]:
        """Where a quote stands in a PDF, as pdf_places.find_places has it, within the limits.

        `name` is what it is called in what is raised: UnreadableDocument, NotFound.
        """
        places: list[Place] = await self._run(name, _PLACES, "find_places", data, page, quote)
        return places

    async def draw_page(
        self, name: str, data: bytes, page: int, first: int, quote: str, width: int
    ) -> bytes:
        """A page of a PDF as a PNG, as pdf_places.draw_page has it, within the limits."""
        asked = data, page, first, quote, width
        drawn: bytes = await self._run(name, _PLACES, "draw_page", *asked)
        return drawn

    async def _prepare_here(self, *arguments: Any) -> PreparedDocument:
        from sqlrag.parsing.prepare import prepare

        if self._is_warm:
            return await asyncio.to_thread(prepare, *arguments)
        # The first one loads vocabularies and models; the others would each load them too.
        async with self._warming:
            prepared = await asyncio.to_thread(prepare, *arguments)
            self._is_warm = True
            return prepared

    async def close(self) -> None:
        """End all processes; a document still in one of them is refused. Idempotent."""
        self._closed = True
        await asyncio.gather(*(self._stop(worker) for worker in list(self._workers)))

    async def _run(self, file_name: str, module: str, function: str, *arguments: Any) -> Any:
        async with self._place():
            worker = await self._take()
            usable = False
            try:
                async with asyncio.timeout(self._limits.timeout):
                    word, value = await worker.ask((module, function, arguments))
                spared = word != "memory" and len(self._idle) < self._most
                usable = spared and not self._closed
            except TimeoutError:
                word, value = "slow", None
            except (EOFError, OSError):
                word, value = "crashed", _name_exit(await worker.exit_code())
            finally:
                if usable:
                    self._idle.append(worker)
                else:
                    await self._stop(worker)
        if word == "done":
            return value
        if word == "refused":
            raise value
        with named(file_name):
            raise self._failure(word, value)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """One of the places, handed on early by a document that is late."""
        is_late = False

        def hand_on() -> None:
            nonlocal is_late
            if self._late < self._most:
                is_late = True
                self._late += 1
                self._slots.release()

        await self._slots.acquire()
        timer = asyncio.get_running_loop().call_later(PATIENCE, hand_on)
        try:
            yield
        finally:
            timer.cancel()
            if is_late:
                self._late -= 1
            else:
                self._slots.release()

    async def _take(self) -> "_Worker":
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive():
                return worker
            await self._stop(worker)
        if self._closed:
            raise RuntimeError("The parser pool is closed.")
        await asyncio.to_thread(vocabulary_is_cached)
        worker = await _Worker.start(self._limits)
        self._workers.add(worker)
        return worker

    async def _stop(self, worker: "_Worker") -> None:
        self._workers.discard(worker)
        await worker.stop()

    def _failure(self, word: str, detail: str | None) -> UnreadableDocument:
        allowed = f"{self._limits.memory_bytes / 2**20:,.0f} MiB"
        if word == "slow":
            return unreadable(
                f"it took longer than the {self._limits.timeout:g} s a document may take",
                "split it, or raise SQLRAG_PARSE_TIMEOUT",
            )
        if word == "memory" or detail == "SIGABRT":
            # Libraries in C++ and Rust end the process where Python raises MemoryError.
            how = f", and its parser was ended by {detail}" if detail else ""
            return unreadable(
                f"it seems to need more than the {allowed} of memory a parser may take{how}",
                "split it, save it anew, or raise SQLRAG_PARSE_MEMORY_BYTES",
            )
        return unreadable(
            f"the parser {word} on it ({detail})", "save it anew or in another format"
        )


class _Worker:
    """One process and its two pipes; serves one task at a time."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, limits: Limits) -> "_Worker":
        # A session of its own keeps Ctrl-C away; at the end of its input it ends by itself.
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            stdin=PIPE,
            stdout=PIPE,
            limit=2**20,
            env=_environment(),
            start_new_session=True,
        )
        assert process.stdin is not None
        process.stdin.write(pack(limits))
        return cls(process)

    def is_alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, task: object) -> tuple[str, Any]:
        """The reply to a task; EOFError or OSError when the process has gone."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(pack(task))
        await self._process.stdin.drain()
        header = await self._process.stdout.readexactly(LENGTH.size)
        body = await self._process.stdout.readexactly(LENGTH.unpack(header)[0])
        reply: tuple[str, Any] = pickle.loads(body)  # noqa: S301  our worker wrote it
        return reply

    async def exit_code(self) -> int:
        """How a process ended that has closed its pipes; asked before any kill would hide it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                return await self._process.wait()
        return await self.stop()

    async def stop(self) -> int:
        """Kill it unless it has gone, and return its exit code. Idempotent."""
        if self.is_alive():
            with suppress(ProcessLookupError):
                self._process.kill()
        code = await self._process.wait()
        # What the process has started may hold its pipes open for longer than our loop lives.
        self._process._transport.close()  # type: ignore[attr-defined]
        return code


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    # Every thread of a mathematics library takes address space, of which there is a limit.
    return {**kept, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _is_tiny(source: Source) -> bool:
    """Plain text so short that a process would cost more than it could protect from."""
    media_type = (source.media_type or "").partition(";")[0].strip().lower()
    plain = media_type == "text/plain" if media_type else source.file_name.endswith(".txt")
    return plain and len(source.data) <= TINY


def _name_exit(code: int) -> str:
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"exit code {code}"
