"""An operation is declared once, on the method that does it; every door derives from that.

    @operation("GET graph/neighbours", "List what an entity is related to", (NotFound,))
    async def neighbours(self, name: Name, limit: Limit = 20) -> list[Neighbour]: ...

The types of its parameters carry their bounds and descriptions (`msgspec.Meta`), its docstring
says what it promises, and its name is that of the SQL function that does the work.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from inspect import Parameter, signature
from types import NoneType, UnionType
from typing import Annotated, Any, ParamSpec, TypeVar, Union, get_args, get_origin

from msgspec import Meta

from sqlrag.domain.access import Role
from sqlrag.domain.auditing import Watching
from sqlrag.domain.errors import BadInput, SqlragError

P = ParamSpec("P")
T = TypeVar("T")

# A bigint of Postgres, as far as all readers of JSON agree on whole numbers.
LARGEST_ID = 2**53 - 1
Id = Annotated[int, Meta(ge=1, le=LARGEST_ID)]
Limit = Annotated[int, Meta(ge=1, le=1000, description="How many, at most.")]


@dataclass(frozen=True, slots=True)
class Operation:
    """What doors know of an operation.

    `verb` and `path` are its address, `summary` one line, `raises` the errors of its own beside
    bad input and a database that is gone. A list goes out under the name `listed`; `cursor` makes
    a page of it, from the last row what the next page begins with. With a `body`, its first
    parameter is a mapping of that shape, which is the body of a request as it is; of a dataclass of
    options some are given, or null. `command` is its
    name on the command line, `empty` the sentence for a list of nothing, and `tool` its name as a
    tool for models.

    Only who has the `role` may have it done, in the workspace of the operation. One that is of no
    workspace takes a key of every one, unless it is `confined`: it sees to it by itself that a key
    reaches no further than it may. What does not say is for admins. What a `discreet` one is given
    is kept nowhere, in no audit either; what a `secret` one answers is not kept, to be told again.
    Who asks for a change that is `conditional` may say as of which state it is meant.
    """

    name: str
    verb: str
    path: str
    summary: str
    docstring: str
    parameters: tuple[Parameter, ...] = field(repr=False)
    returns: Any
    raises: tuple[type[SqlragError], ...] = ()
    status: int = 200
    listed: str = "items"
    cursor: Callable[[Any], int] | None = None
    body: Any = None
    command: str | None = None
    empty: str = "There is nothing."
    tool: str | None = None
    role: Role = "admin"
    confined: bool = False
    discreet: bool = False
    secret: bool = False
    conditional: bool = False


def operation(
    address: str, summary: str, raises: tuple[type[SqlragError], ...] = (), **more: Any
) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    """Declare a method as an operation at an address such as "GET graph/entity".

    A call with a number outside its bounds raises BadInput, whichever door it came through. What is
    no GET is a change: the `witness` of the object, if it has one, sees it.
    """
    verb, _, path = address.partition(" ")

    def declare(method: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        asked = signature(method, eval_str=True)
        _, *parameters = asked.parameters.values()  # the first is self
        told = method.__doc__ or "", tuple(parameters), asked.return_annotation
        declared = Operation(method.__name__, verb, path, summary, *told, raises, **more)
        bounded = [
            (place, one.name, meta)
            for place, one in enumerate(parameters, start=1)
            for meta in read_metas(one.annotation)
            if meta.ge is not None
        ]

        @wraps(method)
        async def run(*args: P.args, **kwargs: P.kwargs) -> T:
            for place, name, meta in bounded:
                value: Any = args[place] if place < len(args) else kwargs.get(name)
                check_bounds(name, value, meta)
            witness: Watching | None = getattr(args[0], "witness", None)
            if verb == "GET" or witness is None:
                return await method(*args, **kwargs)
            discreet = declared.discreet
            given = {} if discreet else _name_given(parameters, args[1:], kwargs)
            return await witness.watch(declared.name, given, method(*args, **kwargs))

        run.__dict__["operation"] = declared
        return run

    return declare


def _name_given(
    parameters: Sequence[Parameter], args: Sequence[Any], more: Mapping[str, Any]
) -> dict[str, Any]:
    """What is given, by the names of the parameters and in their order; of changes their names."""
    names = [one.name for one in parameters]
    told = dict(zip(names, args, strict=False)) | dict(more)
    found = {name: told[name] for name in names if name in told}
    return {"changes": [*told]} if told and not found else found


def read_operations(owner: type) -> Iterator[Operation]:
    """The operations that a class declares, or one that it is made of, in their order."""
    for member in [one for part in owner.__mro__ for one in vars(part).values()]:
        if isinstance(declared := getattr(member, "operation", None), Operation):
            yield declared


def read_metas(annotation: Any) -> list[Meta]:
    """What a type says of itself, also where it may be None, but not what its items say."""
    parts = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return [*(part for part in parts[1:] if isinstance(part, Meta)), *read_metas(parts[0])]
    is_choice = get_origin(annotation) in (Union, UnionType)
    return [meta for part in parts for meta in read_metas(part)] if is_choice else []


def bare(annotation: Any) -> Any:
    """The type, without what is said of it."""
    if get_origin(annotation) is Annotated:
        return bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return Union[tuple(bare(part) for part in get_args(annotation))]  # noqa: UP007
    return annotation


def read_kind(annotation: Any) -> Any:
    """The type, without what is said of it and without None."""
    kind = bare(annotation)
    if NoneType not in get_args(kind):
        return kind
    return next(one for one in get_args(kind) if one is not NoneType)


def check_bounds(name: str, value: Any, meta: Meta) -> None:
    """Raises BadInput for a number outside."""
    if value is None or meta.ge is None or (meta.ge <= value and value <= (meta.le or value)):
        return
    upper = f"to {meta.le}" if meta.le is not None else "or more"
    raise BadInput(f"{name} is {value}; use {meta.ge} {upper}.")
