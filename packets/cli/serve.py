"""Run the web application on this machine until Ctrl-C."""

from __future__ import annotations

import contextlib
import sys
import threading
import webbrowser
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import click

from packets.cli import options
from packets.errors import Problem, UsageError


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Default: any that is free.")
@click.option("--no-browser", is_flag=True, help="Print the link instead of opening it.")
@click.option("--site-key", type=click.Path(path_type=Path), metavar="FILE", help="Default: in your own settings.")
@click.option("--outbox", type=click.Path(path_type=Path), metavar="FOLDER", help="Where packets wait to be mailed.")
@options.content
def command(port: int, no_browser: bool, site_key: Path | None, outbox: Path | None, content: Path | None) -> None:
    """Open the nurse's page in a browser on this machine.

    Only this machine can reach it. Nothing that is typed there is kept on the disk but what is put into the outbox;
    `mail send FOLDER` sends it. After 15 minutes without a key or a click it locks.

    \b
    Examples:
      packets serve
      packets serve --outbox mail
    """
    from packets.resources import content_root, how_to_install

    for library in ("flask", "waitress"):
        if find_spec(library) is None:
            hint = f"Type: {how_to_install('web')}"
            raise UsageError(Problem("A01", "the nurse's page needs Flask and waitress", hint))
    from packets.web.server import Page

    outbox = outbox.absolute() if outbox else None
    page = Page(content_root(content), port=port, key_file=site_key, outbox=outbox, now=options.clock())
    _let_in(page.link(), no_browser)
    if sys.stdin is not None and sys.stdin.isatty():
        click.echo("After a lock, press Enter here to open the page again. Ctrl-C closes it.", err=True)
        threading.Thread(target=_open_again, args=(page.link, no_browser), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        page.run()
    click.echo("Server stopped; all session data was discarded.", err=True)


def _let_in(link: str, no_browser: bool) -> None:
    """The link works once; so it is printed only if no browser takes it."""
    if no_browser or not webbrowser.open(link):
        click.echo(link)
    else:
        click.echo("The page is open in your browser.", err=True)


def _open_again(new_link: Callable[[], str], no_browser: bool) -> None:
    for _ in sys.stdin:
        _let_in(new_link(), no_browser)
