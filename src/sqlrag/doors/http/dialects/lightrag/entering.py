"""Who may come in, and what a client of LightRAG wants to know before it does."""

import time
from base64 import urlsafe_b64encode
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.params import QueryParameter
from litestar.types import Scope
from msgspec import UNSET, Meta, Struct, UnsetType

from sqlrag.domain.access import NOBODY, OWNER, Access
from sqlrag.domain.errors import BadInput, Unauthorized
from sqlrag.domain.names import check_text
from sqlrag.doors.http.addresses import ACCESS, RagOfWorkspace, read_named
from sqlrag.doors.http.admission import LOOKS, check_reach
from sqlrag.doors.http.dialects.lightrag.speaking import (
    API_VERSION,
    CORE_VERSION,
    MOST_NODES,
    lightrag,
)
from sqlrag.doors.http.gate import ANY_CONTENT
from sqlrag.doors.http.openapi import REQUESTS
from sqlrag.doors.shapes import describe
from sqlrag.rag.shelf import count_ingestions

_TITLE = "sqlrag"
_LASTING = 10 * 365 * 86_400  # seconds that a token says it lasts; the key in it decides
_GUEST = "guest"
_BEARER: Literal["bearer"] = "bearer"
_Locale: Any = Annotated[str, QueryParameter(description="Any.")]
Mode = Literal["enabled", "disabled"]


class _Versions(Struct, frozen=True, kw_only=True):
    auth_mode: Mode
    core_version: str = CORE_VERSION
    api_version: str = API_VERSION
    webui_title: str = _TITLE
    webui_description: str = "SQL-native RAG on Postgres"
    ai_content_notice_enabled: bool = False


class AuthStatus(_Versions, frozen=True, kw_only=True):
    """`access_token` is that of a guest, where no key is asked for."""

    auth_configured: bool
    access_token: str | UnsetType = UNSET
    token_type: Literal["bearer"] | UnsetType = UNSET


class LogIn(Struct, frozen=True):
    password: Annotated[str, Meta(description="A key, such as sqlrag_…")]
    username: Annotated[str, Meta(description="Any; the Web UI shows it.")] = ""
    grant_type: Annotated[str, Meta(description="Any.")] = "password"


class LoggedIn(_Versions, frozen=True, kw_only=True):
    access_token: str
    token_type: Literal["bearer"] = _BEARER


class Verified(Struct, frozen=True):
    status: Literal["ok"]


class Health(_Versions, frozen=True, kw_only=True):
    """`configuration` and what the pipeline does are told to who has a key, or needs none."""

    status: Literal["healthy"] = "healthy"
    webui_available: bool = False
    workspace_available: bool = False
    api_docs_available: bool = False
    pipeline_busy: bool = False
    pipeline_active: bool = False
    configuration: dict[str, Any] | UnsetType = UNSET


class Customization(Struct, frozen=True):
    customized: Literal[False]
    brand: dict[str, str]


_FORM = "application/x-www-form-urlencoded"


@lightrag(
    "GET /auth-status", "Tell a client of LightRAG whether to log in", role=None, opt={LOOKS: True}
)
async def get_auth_status(scope: Scope, rag: RagOfWorkspace) -> AuthStatus:
    """Where no key is asked for, the token of a guest."""
    if scope["state"][ACCESS] is OWNER:
        token = make_token(_GUEST, _GUEST, _GUEST)
        return AuthStatus(
            auth_mode="disabled", auth_configured=False, access_token=token, token_type=_BEARER
        )
    return AuthStatus(auth_mode="enabled", auth_configured=True)


@lightrag(
    "POST /login",
    "Log in as a client of LightRAG does",
    (Unauthorized,),
    content={_FORM: (describe(LogIn), REQUESTS.get("log_in"))},
    takes=LogIn,
    role=None,
    opt={ANY_CONTENT: True, LOOKS: True},
)
async def log_in(
    request: Request[Any, Any, Any], state: State, scope: Scope, rag: RagOfWorkspace
) -> LoggedIn:
    """A key is the password, of whatever user. The token is what the Web UI can read, and ends with
    the key, which is asked for anew with every request: to revoke it ends the token. A token of an
    identity provider is a password, too, and its own token."""
    given = _read_form(await request.body())
    access: Access = await state.admission.find(scope, given.password)
    check_reach(access, read_named(scope))
    if access is OWNER:
        token = make_token(given.username or _GUEST, _GUEST, _GUEST)
        return LoggedIn(auth_mode="disabled", access_token=token)
    if access.word == "token":
        return LoggedIn(auth_mode="enabled", access_token=given.password)
    token = make_token(given.username or access.role, "user", given.password)
    return LoggedIn(auth_mode="enabled", access_token=token)


@lightrag("GET /auth/verify", "Check the key of a client of LightRAG", role="reader")
async def verify_credentials(rag: RagOfWorkspace) -> Verified:
    """Whether it may be used here."""
    return Verified("ok")


@lightrag("GET /health", "Tell a client of LightRAG how it stands", role=None, opt={LOOKS: True})
async def get_health(scope: Scope, rag: RagOfWorkspace) -> Health:
    """That it is there, and to who has a key, or needs none, what is configured."""
    access = scope["state"][ACCESS]
    mode: Mode = "disabled" if access is OWNER else "enabled"
    if access is NOBODY:
        return Health(auth_mode=mode)
    is_busy = await count_ingestions(rag) > 0
    return Health(
        auth_mode=mode,
        pipeline_busy=is_busy,
        pipeline_active=is_busy,
        configuration=_configure(rag),
    )


@lightrag(
    "GET /ui/customization", "Tell LightRAG's Web UI of a brand", role=None, opt={LOOKS: True}
)
async def get_customization(rag: RagOfWorkspace, locale: _Locale = "") -> Customization:
    """There is none."""
    check_text("The locale", locale)
    return Customization(False, {"name": _TITLE})


def make_token(user: str, role: str, secret: str) -> str:
    """In three parts as those of JWT, since the Web UI forgets another when its page is loaded
    again; the last is a key. Nothing is signed: nothing but the key is believed."""
    told = {"sub": user, "role": role, "exp": int(time.time()) + _LASTING}
    parts = (msgspec.json.encode(one) for one in ({"alg": "none", "typ": "JWT"}, told))
    return ".".join([*(_encode(one) for one in parts), secret])


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _read_form(body: bytes) -> LogIn:
    try:
        told = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=100)
        return msgspec.convert({name: values[-1] for name, values in told.items()}, LogIn)
    except (ValueError, msgspec.ValidationError) as error:
        raise BadInput(
            f"The form cannot be read ({error}); send password=sqlrag_…, and any username."
        ) from error


def _configure(rag: Any) -> dict[str, Any]:
    """What the Web UI shows of the server, under the names that it knows."""
    chat, reranker = rag.models.chat, rag.models.reranker
    return {
        "workspace": rag.workspace,
        "llm_binding": "openai" if chat else "none",
        "llm_model": rag.models.answerer.model,
        "embedding_binding": "sqlrag",
        "embedding_model": rag.embedder.model,
        "kv_storage": "Postgres",
        "doc_status_storage": "Postgres",
        "graph_storage": "Postgres",
        "vector_storage": "Postgres",
        "enable_rerank": reranker is not None,
        "rerank_model": reranker.model if reranker else None,
        "max_graph_nodes": MOST_NODES,
    }


DOORS = (*get_auth_status, *log_in, *verify_credentials, *get_health, *get_customization)
