from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clock import now
from tests.samples import CONTENT, copy_in_english
from tests.web.client import Client

pytest.importorskip("flask", reason="the web form needs Flask: pip install '.[web]'")
pytest.importorskip("waitress", reason="the web form needs waitress: pip install '.[web]'")

import flask
import jinja2
from jinja2.bccache import Bucket

from packets.web.server import Server, WebServer

Serve = Callable[..., WebServer]


class CompiledTemplates(jinja2.BytecodeCache):
    """The compiled templates, in memory."""

    def __init__(self) -> None:
        self.codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.codes:
            bucket.bytecode_from_string(self.codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def compiled_templates() -> Iterator[None]:
    """Compile each template once, not for each of the hundred servers that these tests start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flask.Flask, "jinja_options", {"bytecode_cache": CompiledTemplates()})
        yield


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
    """Return a copy of the content with one procedure in one language, which the test may change."""
    return copy_in_english(tmp_path / "content")
