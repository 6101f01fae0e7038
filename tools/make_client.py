"""Writes the methods of `sqlrag.client` out of the operations, so that they have types.

Run it as `uv run python tools/make_client.py` after changing an operation, and commit what it
writes; tests/api/test_client.py compares.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from inspect import Parameter
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from sqlrag.app import Rag
from sqlrag.domain.documents import IngestResult
from sqlrag.domain.operations import Operation, read_kind, read_operations
from sqlrag.rag.graph import Graph

FOLDER = Path(__file__).parents[1] / "src" / "sqlrag" / "client"
_NAME = str(FOLDER / "made.py")
OWNERS = {"graph": Graph, "rag": Rag}
_HEAD = '''"""Written by tools/make_client.py; see there."""

{imports}


class {name}(ABC):
'''
_IMPORTS = """from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import NoneType
from typing import Any, Literal, TypeVar
from uuid import UUID
"""
_CALL = '''    """{about}"""

    @abstractmethod
    {word}def _call(self, kind: type[T], address: str, listed: str = "", /, **given: Any) -> T:
        """What is answered, as a kind; of a list, what is under its name."""
'''


def make_file(owner: type, is_async: bool) -> str:
    name = f"{'Async' * is_async}{owner.__name__}Operations"
    operations = list(read_operations(owner))
    modules: dict[str, set[str]] = {}
    methods = [_make_method(one, is_async, modules) for one in operations]
    own = [f"from {one} import {', '.join(sorted(modules[one]))}" for one in sorted(modules)]
    imports = "\n".join([_IMPORTS, *own, "", 'T = TypeVar("T")'])
    about = "What is asked of the graph." if owner is Graph else "What is asked of a workspace."
    call = _CALL.format(word="async " * is_async, about=about)
    return "\n".join([_HEAD.format(imports=imports, name=name) + call, *methods])


def _make_method(operation: Operation, is_async: bool, modules: dict[str, set[str]]) -> str:
    taken = [one for one in operation.parameters if _can_be_sent(operation, one)]
    asked = ["self", *(_declare(operation, one, modules) for one in taken)]
    is_one_of_batch = operation.returns is IngestResult
    returns = _write(operation.returns, modules)
    kind = f"list[{returns}]" if is_one_of_batch else returns.replace("None", "NoneType")
    call = f"self._call({', '.join([kind, *_send(operation, taken)])})"
    call = f"{'await ' * is_async}{call}"
    call = f"({call})[0]" if is_one_of_batch else call
    word = "async def" if is_async else "def"
    return f'''    {word} {operation.name}({", ".join(asked)}) -> {returns}:
        """{operation.summary}."""
        return {call}
'''


def _can_be_sent(operation: Operation, one: Parameter) -> bool:
    """A mapping has no place in a query."""
    in_body = operation.verb in ("POST", "PATCH")
    return in_body or get_origin(read_kind(one.annotation)) is not Mapping


def _declare(operation: Operation, one: Parameter, modules: dict[str, set[str]]) -> str:
    is_body = bool(operation.body) and one is operation.parameters[0]
    kind = "Mapping[str, Any]" if is_body else _write(one.annotation, modules)
    default = "" if one.default is Parameter.empty else f" = {one.default!r}"
    return f"{one.name}: {kind}{default}"


def _send(operation: Operation, taken: Sequence[Parameter]) -> Iterator[str]:
    path = operation.path
    for kind in ("int", "str", "uuid"):
        path = path.replace(f":{kind}}}", "}")
    yield f'"{operation.verb} {path}"'
    if IngestResult in (operation.returns, *get_args(operation.returns)):
        yield '"results"'
    elif get_origin(operation.returns) is list:
        yield f'"{operation.listed}"'
    for place, one in enumerate(taken):
        name = "body" if operation.body and place == 0 else one.name
        is_many = get_origin(read_kind(one.annotation)) is Sequence
        if operation.verb in ("GET", "DELETE") and is_many:  # they are given one by one
            name = name.removesuffix("s")
        yield f"{name}={one.name}"


def _write(kind: Any, modules: dict[str, set[str]]) -> str:
    """A type as it is written, with what is to be imported for it."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _write(parts[0], modules)
    if kind in (None, NoneType):
        return "None"
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, parts))}]"
    if origin is Union or type(kind).__name__ == "UnionType":
        return " | ".join(_write(one, modules) for one in parts)
    if origin:
        return f"{origin.__name__}[{', '.join(_write(one, modules) for one in parts)}]"
    if kind.__module__.startswith("sqlrag."):
        modules.setdefault(kind.__module__, set()).add(kind.__name__)
    return str(kind.__name__)


def _tidy(text: str) -> str:
    """Without imports that nothing needs, in lines as short as all others."""
    for words in (["check", "--select", "F401,I", "--fix", "--quiet"], ["format"]):
        command = [
            sys.executable,
            "-m",
            "ruff",
            *words,
            "--stdin-filename",
            str(FOLDER / "made.py"),
            "-",
        ]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)  # noqa: S603
        text = done.stdout
    return text


def make_files() -> dict[Path, str]:
    return {
        FOLDER / f"{'async_' * is_async}{name}_operations.py": _tidy(make_file(owner, is_async))
        for name, owner in OWNERS.items()
        for is_async in (False, True)
    }


if __name__ == "__main__":
    for path, text in make_files().items():
        path.write_text(text, encoding="utf-8")
        print(f"Wrote {path.name}")
