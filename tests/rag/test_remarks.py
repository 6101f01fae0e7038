"""What was guessed of a document, or left out, is said wherever it was ingested."""

from pathlib import Path
from typing import Any

from sqlrag.domain.documents import Source
from sqlrag.settings import Settings
from tests.rag.asking import open_rag
from tests.stub_openai import StubOpenAI
from tests.support.jobs import do_jobs

MAIL = b"""From: ada@example.org
Subject: The pump
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain

It is oiled.
--x
Content-Type: application/octet-stream; name=pump.bin
Content-Disposition: attachment; filename=pump.bin
Content-Transfer-Encoding: base64

AAECAwQFBgcICQ==
--x--
"""


async def test_a_job_says_what_was_left_out_as_an_ingestion_does(url: str, home: Path) -> None:
    with StubOpenAI() as stub:
        given: dict[str, Any] = {"openai_base_url": stub.base_url, "extraction": "off"}
        settings = Settings(_env_file=None, home=home, openai_api_key="sk-stub-0123", **given)
        async with open_rag(url, stub) as rag:
            (direct,) = await rag.ingest(Source("a.eml", MAIL, "a.eml"))
            track = await rag.enqueue_documents(Source("b.eml", MAIL, "b.eml"))
            await do_jobs(url, settings)
            (job,) = (await rag.get_track(track.track_id)).jobs
    assert "pump.bin" in direct.remarks[0]
    assert job.result
    assert job.result["remarks"] == list(direct.remarks)
