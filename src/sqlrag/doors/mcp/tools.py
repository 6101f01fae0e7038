"""Makes tools of operations: their names, what they take and give, and what they may do."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from inspect import cleandoc
from operator import attrgetter
from typing import Any, cast

import msgspec
from msgspec import structs

from sqlrag.app import Rag
from sqlrag.domain.errors import NotFound
from sqlrag.domain.names import check_values
from sqlrag.domain.operations import Operation, read_operations
from sqlrag.doors.mcp.own_tools import OWN_TOOLS
from sqlrag.doors.shapes import describe, refuse, shape_answer, shape_parameters, unbounded, wrap
from sqlrag.rag.graph import Graph

# Rows that a model is given where it does not say how many: a page of chunks fills what it reads.
_LIMITS = {"read_document": 10, "list_documents": 20}
_ITSELF: Callable[[Any], Any] = lambda found: found  # noqa: E731


@dataclass(frozen=True, slots=True)
class Tool:
    """An operation that a model may call, by its name as a tool.

    `find` gives the method of a Rag that does it. `takes` is what arguments are read as,
    `input_schema` what they are described as; the `output_schema` is None where nothing comes back.
    """

    name: str
    operation: Operation
    find: Callable[[Rag], Callable[..., Any]]
    takes: Any
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None

    @property
    def description(self) -> str:
        return f"{self.operation.summary}. {' '.join(cleandoc(self.operation.docstring).split())}"

    @property
    def only_reads(self) -> bool:
        return self.operation.role == "reader"

    async def call(self, rag: Rag, arguments: Mapping[str, Any]) -> Any:
        """What comes of it, as plain as JSON. Raises what the operation does, and Forbidden."""
        await rag.check_role(self.operation.role)
        given = self._read(arguments)
        found = await self.find(rag)(**given)
        return msgspec.to_builtins(wrap(self.operation, found, given.get("limit")))

    def _read(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        check_values("An argument", arguments)
        try:
            read = msgspec.convert(arguments, self.takes)
        except msgspec.ValidationError as error:
            raise refuse(error, "the call") from error
        (first, *_) = self.operation.parameters
        return {first.name: read} if self.operation.body else structs.asdict(read)


def derive_tool(
    operation: Operation,
    find: Callable[[Rag], Callable[..., Any]],
    read: Callable[[Any], Any] = _ITSELF,
) -> Tool:
    """With `read` the arguments are of other types than they are described as."""
    name = cast(str, operation.tool)
    parameters = [
        one.replace(default=_LIMITS.get(name, one.default)) if one.name == "limit" else one
        for one in operation.parameters
    ]
    takes = operation.body or shape_parameters(operation, parameters, read)
    described = operation.body or shape_parameters(operation, parameters)
    answer = None if operation.returns is None else describe(shape_answer(operation))
    return Tool(name, operation, find, takes, describe(described), answer)


def _derive_tools() -> Iterator[Tool]:
    for one in OWN_TOOLS:
        operation: Operation = one.__dict__["operation"]
        # What is wrong with a question the use-case tells, in its own words.
        yield derive_tool(operation, partial(partial, one), unbounded)
    for owner, reach in ((Graph, attrgetter("graph")), (Rag, _ITSELF)):
        for operation in read_operations(owner):
            if operation.tool:
                yield derive_tool(operation, partial(_find, reach, operation.name))


def _find(reach: Callable[[Rag], Any], name: str, rag: Rag) -> Callable[..., Any]:
    return cast(Callable[..., Any], getattr(reach(rag), name))


TOOLS = {tool.name: tool for tool in _derive_tools()}


def find_tool(name: str) -> Tool:
    """Raises NotFound."""
    if name not in TOOLS:
        raise NotFound(f'There is no tool "{name[:80]}"; there are {", ".join(TOOLS)}.')
    return TOOLS[name]
