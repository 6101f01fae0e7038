"""LightRAG's own Web UI, of its package, served beside a server of ours at one address, as a proxy
would: its files at /webui/, all else passed on as it comes."""

import contextlib
import http.client
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.outside import outside

PACKAGE = "lightrag-hku==1.5.7"
_INSIDE = "lightrag/api/webui/"
_CONFIGURED = "<!-- __LIGHTRAG_RUNTIME_CONFIG__ -->"
_HOP = {"connection", "keep-alive", "transfer-encoding", "server", "date"}


def fetch_bundle(folder: Path) -> dict[str, bytes] | None:
    """The files of the Web UI, by their paths; None where the package cannot be had."""
    command = ["pip", "download", "--no-deps", "--quiet", "--dest", str(folder), PACKAGE]
    run = [["uvx", *command], [sys.executable, "-m", *command]]
    for one in run:
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run(one, check=True, capture_output=True, timeout=120, env=outside())
            break
    wheels = list(folder.glob("*.whl"))
    if not wheels:
        return None
    with zipfile.ZipFile(wheels[0]) as wheel:
        names = [name for name in wheel.namelist() if name.startswith(_INSIDE)]
        return {name.removeprefix(_INSIDE): wheel.read(name) for name in names}


@contextlib.contextmanager
def serve_ui(bundle: dict[str, bytes], server: str, prefix: str) -> Iterator[str]:
    """The address of the Web UI, which asks for all that it wants below `prefix`."""
    upstream = urlsplit(server)
    config = json.dumps({"apiPrefix": prefix, "webuiPrefix": "/webui/"})
    script = f"<script>window.__LIGHTRAG_CONFIG__ = {config}</script>"

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def answer(self) -> None:
            path = self.path.partition("?")[0]
            if path.startswith("/webui/"):
                return self.show(path.removeprefix("/webui/") or "index.html")
            return self.pass_on()

        do_GET = do_POST = do_DELETE = answer

        def show(self, name: str) -> None:
            found = bundle.get(name)
            if found is not None and name.endswith(".html"):
                found = found.replace(_CONFIGURED.encode(), script.encode())
            self.send_response(404 if found is None else 200)
            self.send_header("content-type", guess_type(name)[0] or "application/octet-stream")
            self.send_header("content-length", str(len(found or b"")))
            self.end_headers()
            self.wfile.write(found or b"")

        def pass_on(self) -> None:
            assert upstream.hostname
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            link = http.client.HTTPConnection(upstream.hostname, upstream.port, timeout=60)
            link.request(self.command, self.path, body or None, dict(self.headers))
            answer = link.getresponse()
            self.send_response(answer.status)
            for header, value in answer.getheaders():
                if header.lower() not in _HOP | {"content-length"}:
                    self.send_header(header, value)
            self.send_header("connection", "close")
            self.end_headers()
            while piece := answer.read1(65_536):
                self.wfile.write(piece)
                self.wfile.flush()
            link.close()
            self.close_connection = True

    own = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    own.daemon_threads = True
    thread = threading.Thread(target=own.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{own.server_address[1]}/webui/"
    finally:
        own.shutdown()
        thread.join()
        own.server_close()
