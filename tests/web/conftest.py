from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clock import now
from tests.samples import CONTENT
from tests.web.client import Client

pytest.importorskip("flask", reason="the web form needs Flask: pip install '.[web]'")
pytest.importorskip("waitress", reason="the web form needs waitress: pip install '.[web]'")

from packets.web.server import Server, WebServer

Serve = Callable[..., WebServer]


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("settings") / "site.key"
    path.write_text(secrets.token_hex(32))
    path.chmod(0o600)
    return path


def started(page: Server) -> threading.Thread:
    thread = threading.Thread(target=page.run)
    thread.start()
    return thread


@pytest.fixture(scope="session")
def page(key_file: Path) -> Iterator[WebServer]:
    """Start one server with the shipped content, for tests that do not change it."""
    page = WebServer(CONTENT, key_file=key_file, now=now)
    thread = started(page)
    yield page
    page.close()
    thread.join(10)


@pytest.fixture
def serve(key_file: Path) -> Iterator[Serve]:
    """Start servers with other clocks, days or content."""
    running: list[tuple[WebServer, threading.Thread]] = []

    def start(root: Path = CONTENT, **settings: Any) -> WebServer:
        chosen: dict[str, Any] = {"key_file": key_file, "now": now, **settings}
        server = WebServer(root, **chosen)
        running.append((server, started(server)))
        return server

    yield start
    for server, thread in running:
        server.close()
        thread.join(10)


@pytest.fixture
def client(page: WebServer) -> Client:
    """Return a client with an open session."""
    client = Client(page.port)
    assert client.come_in(page.link()).status == 303
    return client


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Return a copy of the content with one procedure, which the test may change."""
    root = Path(shutil.copytree(CONTENT, tmp_path / "content"))
    for folder in (root / "procedures").iterdir():
        if folder.name != "cervical-foraminotomy":
            shutil.rmtree(folder)
    return root
