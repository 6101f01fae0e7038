"""A database that goes away costs requests their answers, and nothing after it is back."""

import time
from concurrent.futures import ThreadPoolExecutor


def test_down_is_503_and_up_again_is_as_before(client, proxy):
    question = {"question": "Where is the sea?"}
    client.post("/v1/documents", json={"text": "The sea is near."}).raise_for_status()
    assert client.get("/health/ready").json() == {"status": "ready"}
    proxy.go_down()
    requests = {
        "live": lambda: client.get("/health/live"),
        "ready": lambda: client.get("/health/ready"),
        "query": lambda: client.post("/v1/query", json=question),
        "stream": lambda: client.post("/v1/query/stream", json=question),
        "list": lambda: client.get("/v1/documents"),
        "ingest": lambda: client.post("/v1/documents", json={"text": "Another text."}),
    }
    try:
        with ThreadPoolExecutor() as pool:
            sent = {name: pool.submit(request) for name, request in requests.items()}
            answers = {name: future.result() for name, future in sent.items()}
    finally:
        proxy.come_up()
    assert answers.pop("live").json() == {"status": "live"}
    assert answers["ready"].elapsed.total_seconds() < 5
    for name, answer in answers.items():
        assert (name, answer.status_code) == (name, 503)
        assert answer.json()["type"] == "urn:sqlrag:error:database-error"
        assert "Postgres" in answer.json()["detail"]
    deadline = time.monotonic() + 10
    while client.get("/health/ready").status_code != 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert client.post("/v1/query", json=question).status_code == 200
