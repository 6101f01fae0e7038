"""Parameters of the query: those that a door has, each once unless it is a list."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from litestar import Litestar, Request
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Parameter, Schema

from sqlrag.domain.errors import BadInput


@dataclass(frozen=True, slots=True)
class Kind:
    is_list: bool = False
    is_time: bool = False

    @classmethod
    def of(cls, schema: Any) -> "Kind":
        if not isinstance(schema, Schema):
            return cls()
        forms = [one.format for one in (schema, *(schema.one_of or ())) if isinstance(one, Schema)]
        return cls(schema.type == OpenAPIType.ARRAY, OpenAPIFormat.DATE_TIME in forms)


def read_parameters(app: Litestar) -> dict[str, dict[str, Kind]]:
    """The names of each operation, by its id, and what they are."""
    operations = [
        operation
        for item in (app.openapi_schema.paths or {}).values()
        for operation in (item.get, item.post, item.patch, item.delete)
        if operation and operation.operation_id and "health" not in (operation.tags or ())
    ]
    return {
        str(operation.operation_id): {
            one.name: Kind.of(one.schema)
            for one in operation.parameters or ()
            if isinstance(one, Parameter) and one.param_in == "query"
        }
        for operation in operations
    }


def check_parameters(request: Request[Any, Any, Any]) -> None:
    """Raises BadInput: which of two would be meant is for nobody to guess, a proxy least of all."""
    known = request.app.state.parameters.get(getattr(request.route_handler, "operation_id", None))
    if known is None:
        return
    query = request.scope["query_string"].decode("latin-1")
    given = parse_qsl(query, True)
    for name, count in Counter(name for name, _ in given).items():
        if name not in known:
            has = f"there are {', '.join(known)}" if known else "there are none"
            raise BadInput(f'There is no parameter "{name[:80]}" here; {has}.')
        if count > 1 and not known[name].is_list:
            raise BadInput(f'The parameter "{name}" is given {count} times; give it once.')
    for name, value in given:
        if known[name].is_time and _is_number(value):
            # Litestar would take it for seconds since 1970.
            raise BadInput(
                f'The parameter "{name}" is no time: {value[:80]}; write one of RFC3339, such as '
                "2030-01-31T12:00:00Z."
            )


def _is_number(value: str) -> bool:
    with suppress(ValueError):
        float(value)
        return True
    return False
