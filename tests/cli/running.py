"""The real command line, in a process of its own or, where that adds nothing, in this one."""

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

import sqlrag
from sqlrag.doors.cli import main
from sqlrag.offline import HashingEmbedder
from tests.support.forking import forked_commands

PATIENCE = 60.0  # seconds, on a machine that is busy with other tests


@dataclass(frozen=True)
class Finished:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """The one line that says what went wrong."""
        lines = [line for line in self.err.splitlines() if line.startswith("error: ")]
        assert len(lines) == 1, self.err
        return lines[0].removeprefix("error: ")


@dataclass(frozen=True)
class Cli:
    """Runs `sqlrag` in `folder` with these settings in its environment."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    newcomers: bool = False  # with every default; else texts are embedded by hashing

    def start(
        self, *arguments: object, forked: bool = False, **settings: str
    ) -> "subprocess.Popen[bytes]":
        """In a process of its own, or in one that is forked from one that has loaded all."""
        program = [forked_commands()] if forked else [sys.executable, "-m", "sqlrag"]
        return subprocess.Popen(
            [*program, *map(str, arguments)],
            cwd=self.folder,
            env={
                **os.environ,
                "PYTHONPATH": str(Path(sqlrag.__file__).parents[1]),
                **self._with(settings),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def __call__(
        self, *arguments: object, code: int = 0, stdin: bytes = b"", **settings: str
    ) -> Finished:
        """Run to the end; a failure is expected only where `code` says so."""
        return finish(self.start(*arguments, forked=True, **settings), code, stdin)

    def inside(
        self, *arguments: object, code: int = 0, stdin: bytes = b"", **settings: str
    ) -> Finished:
        """The same in this process, ten times as fast."""
        with contextlib.chdir(self.folder):
            ran = CliRunner().invoke(
                main,
                [str(argument) for argument in arguments],
                input=stdin,
                env=self._with(settings),
            )
        if ran.exception and not isinstance(ran.exception, SystemExit):
            raise ran.exception
        assert ran.exit_code == code, ran.output
        return Finished(ran.exit_code, ran.stdout, ran.stderr)

    def _with(self, settings: dict[str, str]) -> dict[str, str]:
        given = {**self.settings, **settings}
        if self.newcomers or "OPENAI_BASE_URL" in given:
            return given
        return {"SQLRAG_EMBEDDING_MODEL": HashingEmbedder.model, **given}


def finish(process: "subprocess.Popen[bytes]", code: int = 0, stdin: bytes = b"") -> Finished:
    try:
        out, err = process.communicate(stdin, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()  # open pipes would fail other tests when they are collected
        raise
    finished = Finished(process.returncode, out.decode(), err.decode())
    assert "Traceback" not in finished.err, finished.err
    assert finished.code == code, finished
    return finished
