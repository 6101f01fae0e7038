"""Parameters of the query: those that a door has, each once unless it is a list."""

from collections import Counter
from typing import Any
from urllib.parse import parse_qsl

from litestar import Litestar, Request
from litestar.openapi.spec import OpenAPIType, Parameter, Schema

from sqlrag.domain.errors import BadInput


def read_parameters(app: Litestar) -> dict[str, dict[str, bool]]:
    """The names of each operation, by its id, and whether they may be repeated."""
    operations = [
        operation
        for item in (app.openapi_schema.paths or {}).values()
        for operation in (item.get, item.post, item.patch, item.delete)
        if operation and operation.operation_id and "health" not in (operation.tags or ())
    ]
    return {
        str(operation.operation_id): {
            one.name: isinstance(one.schema, Schema) and one.schema.type == OpenAPIType.ARRAY
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
    for name, count in Counter(name for name, _ in parse_qsl(query, True)).items():
        if name not in known:
            has = f"there are {', '.join(known)}" if known else "there are none"
            raise BadInput(f'There is no parameter "{name[:80]}" here; {has}.')
        if count > 1 and not known[name]:
            raise BadInput(f'The parameter "{name}" is given {count} times; give it once.')
