"""What requests schemathesis is not to make."""

from typing import Any
from uuid import uuid4

import schemathesis


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """To JSON Schema 1.0 is an integer; to who decodes into types, as msgspec does, it is none."""
    return make_whole(body)


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    """To one of two workspaces, mostly: few names that are made up are those of something."""
    given = dict(path_parameters or {})
    for parameter, prefix in (("workspace", ""), ("vector_store_id", "vs_")):
        name = given.get(parameter)
        if isinstance(name, str) and len(name) < 8:
            given[parameter] = prefix + ("default", "other")[len(name) % 2]
    return given or path_parameters


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """The key of a request that comes again is another for each, as whoever made it before would be
    answered again; and none is on condition of a state that nobody has seen."""
    case.headers.pop("If-Match", None)
    given = str(case.headers.get("Idempotency-Key", ""))
    bare = given.strip().removeprefix('"').removesuffix('"')
    if given.isascii() and given.isprintable() and 0 < len(bare) < 256:
        case.headers["Idempotency-Key"] = uuid4().hex


def make_whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: make_whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [make_whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
