"""LightRAG's own Web UI, as its package has it, in a browser, served beside a server of ours."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from sqlrag.app import Rag
from sqlrag.settings import Settings
from tests.api.dialects.lightrag_door import GRAPH
from tests.api.serving import serve
from tests.conftest import make_database
from tests.support.lightrag_ui import fetch_bundle, serve_ui

pytestmark = pytest.mark.heavy
FILE = {
    "name": "Leuchtturm – Łódź.txt",
    "mimeType": "text/plain",
    "buffer": "The lamp of Łódź was lit on 3 May 1874.".encode(),
}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    found = fetch_bundle(tmp_path_factory.mktemp("bundle"))
    return found or pytest.skip("the package of LightRAG cannot be downloaded")


@asynccontextmanager
async def open_page() -> AsyncIterator[Any]:
    """A page that must meet no error, of its own or of the server."""
    driver = pytest.importorskip("playwright.async_api", reason="uv sync --group browser")
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        pytest.skip("there is no Chromium")
    wrong: list[str] = []

    def check(answer: Any) -> None:
        if answer.status >= 400:
            wrong.append(f"{answer.status} {answer.url}")

    async with driver.async_playwright() as started:
        browser = await started.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1400, "height": 900})
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("response", check)
        yield page
        await browser.close()
    assert wrong == []


@pytest.fixture
def served(server_url: str, template: str, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A server with a worker, and a key of an admin for "Łódź & co", which has a graph."""
    database = make_database(server_url, template)

    async def fill() -> str:
        async with Rag.open(database, settings=Settings(_env_file=None)) as rag:
            rag = rag.in_workspace("Łódź & co")
            await rag.insert_custom_kg(GRAPH)
            return (await rag.create_key("admin")).secret

    key = asyncio.run(fill())
    settings = {"DATABASE_URL": database, "SQLRAG_MODELS": "offline"}
    with serve("sqlrag with a worker", tmp_path, **settings) as url:
        yield url, key


async def test_a_person_logs_in_uploads_draws_asks_edits_and_deletes(
    bundle: dict[str, bytes], served: tuple[str, str]
) -> None:
    url, key = served
    with serve_ui(bundle, url, "/lightrag") as ui:
        async with open_page() as page:
            await page.goto(ui)
            await log_in(page, key)
            await page.get_by_text("Completed (1)").wait_for()
            await upload(page)
            await page.reload()  # the token outlives it, and the graph is read anew
            await page.get_by_text("Completed (2)").wait_for()
            await draw(page)
            await edit(page)
            await ask(page)
            await delete(page)


async def test_who_only_asks_has_a_page_of_its_own(
    bundle: dict[str, bytes], served: tuple[str, str]
) -> None:
    url, key = served
    with serve_ui(bundle, url, "/lightrag") as ui:
        async with open_page() as page:
            await page.goto(f"{ui}workspace.html")
            await page.get_by_text("Sign in", exact=True).click()
            await log_in(page, key)
            await page.get_by_placeholder("Enter your query").fill("Who keeps the light?")
            await page.keyboard.press("Enter")
            await page.get_by_text("“Ada Quist keeps the light of Grey Harbour.” [1]").wait_for()


async def test_where_no_key_is_asked_for_nobody_logs_in(
    bundle: dict[str, bytes], server: str, workspace: str
) -> None:
    named = quote(f"Łódź {workspace}")
    with serve_ui(bundle, server, f"/v1/workspaces/{named}/lightrag") as ui:
        async with open_page() as page:
            await page.goto(ui)
            await page.get_by_text("Login Free").wait_for()
            await page.get_by_text("There are no uploaded documents yet.").wait_for()


async def log_in(page: Any, key: str) -> None:
    await page.locator("input[type=password]").wait_for()
    await page.locator("input").first.fill("Ada")
    await page.locator("input[type=password]").fill(key)
    await page.get_by_role("button", name="Login").click()


async def upload(page: Any) -> None:
    await page.get_by_role("button", name="Upload").click()
    await page.get_by_text("DOCBOOK").wait_for()  # it takes nothing until it knows what is read
    async with page.expect_response("**/documents/upload") as uploaded:
        await page.locator("input[type=file]").set_input_files([FILE])
    assert (await (await uploaded.value).json())["status"] == "success"
    await page.keyboard.press("Escape")
    await page.get_by_text("Completed (2)").wait_for(timeout=60_000)


async def draw(page: Any) -> None:
    await page.get_by_role("tab", name="Knowledge Graph").click()
    await page.get_by_text("edge: 1").wait_for()


async def edit(page: Any) -> None:
    """The type of an entity, by the pencil beside it."""
    await page.get_by_placeholder("Search nodes in page...").fill("Ada")
    await page.get_by_role("option", name="Ada Quist").click()
    await page.get_by_text("Type", exact=True).locator("xpath=..").locator("svg").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox").fill("Hüterin")
    await dialog.get_by_role("button", name="Save").click()
    await dialog.wait_for(state="hidden")
    await page.get_by_text("Hüterin", exact=True).wait_for()


async def ask(page: Any) -> None:
    await page.get_by_role("tab", name="Retrieval").click()
    await page.get_by_placeholder("Enter your query").fill("When was the lamp of Łódź lit?")
    await page.keyboard.press("Enter")
    await page.get_by_text("“The lamp of Łódź was lit on 3 May 1874.” [1]").wait_for()
    await page.get_by_text("[1] Leuchtturm – Łódź").wait_for()


async def delete(page: Any) -> None:
    await page.get_by_role("tab", name="Documents").click()
    await page.get_by_role("checkbox").first.click()
    await page.get_by_role("button", name="Delete").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox").fill("yes")
    await dialog.get_by_role("button", name="YES").click()
    await page.get_by_text("Completed (1)").wait_for(timeout=60_000)
