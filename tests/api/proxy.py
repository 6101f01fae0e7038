"""A way to a Postgres that can be cut, as when the server goes down and comes back."""

import contextlib
import socket
import socketserver
import threading
from pathlib import Path

_Server = socketserver.ThreadingUnixStreamServer | socketserver.ThreadingTCPServer


class Proxy:
    """Serves the socket of `upstream` in another folder, while it is up."""

    def __init__(self, upstream: Path, folder: Path) -> None:
        self.upstream = upstream
        self.path = folder / upstream.name
        self._open: set[socket.socket] = set()

    def come_up(self) -> None:
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                proxy._connect(self.request)

        self._server = self._listen(Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _listen(self, handler: type[socketserver.BaseRequestHandler]) -> "_Server":
        return socketserver.ThreadingUnixStreamServer(str(self.path), handler)

    def go_down(self) -> None:
        """Refuse new connections and break those there are."""
        self._server.shutdown()
        self._server.server_close()
        self.path.unlink(missing_ok=True)
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _connect(self, client: socket.socket) -> None:
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self.upstream))
            self._open |= {client, server}
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join()
            self._open -= {client, server}


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
