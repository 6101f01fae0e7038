"""Documents can be downloaded, and their pages looked at."""

from urllib.parse import unquote

import httpx
import pytest

from tests.unit.parsing.test_pdf_places import make


@pytest.fixture
def pages(client: httpx.Client) -> str:
    """The address of a PDF of two pages."""
    sent = client.post("/v1/documents", files=[("files", ("sea/ström.pdf", make()))])
    assert sent.status_code == 201, sent.text
    return f"/v1/documents/{sent.json()['results'][0]['document_id']}"


def test_a_document_is_downloaded_as_it_came(client: httpx.Client, pages: str) -> None:
    got = client.get(f"{pages}/content")
    assert got.content == make()
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["x-content-type-options"] == "nosniff"
    named = got.headers["content-disposition"]
    assert unquote(named) == "attachment; filename*=UTF-8''ström.pdf"


def test_a_cited_quote_is_shown_on_its_page(client: httpx.Client, pages: str) -> None:
    asked = {"question": "What did the keeper of the lighthouse write?", "places": True}
    (reference, *_) = client.post("/v1/query", json=asked).raise_for_status().json()["references"]
    ((page, boxes),) = [(one["page"], one["boxes"]) for one in reference["places"]]
    assert (page, len(boxes)) == (1, 2)
    assert all(0 <= side <= 1 for box in boxes for side in box)
    span = {name: reference[name] for name in ("char_start", "char_end")}
    found = client.get(f"{pages}/places", params=span).raise_for_status().json()
    assert found == {"items": reference["places"]}
    drawn = client.get(f"{pages}/pages/1", params={**span, "width": 200})
    assert drawn.headers["content-type"] == "image/png"
    assert drawn.content != client.get(f"{pages}/pages/1", params={"width": 200}).content


def test_pages_that_are_not_there_are_problems(client: httpx.Client, pages: str) -> None:
    assert client.get(f"{pages}/pages/3").status_code == 404
    assert client.get(f"{pages}/pages/0").status_code == 400
    assert client.get("/v1/documents/4711/content").status_code == 404
    text = client.post("/v1/documents", json={"text": "No pages."}).json()["results"][0]
    drawn = client.get(f"/v1/documents/{text['document_id']}/pages/1")
    assert (drawn.status_code, drawn.json()["type"]) == (404, "urn:sqlrag:error:not-found")
