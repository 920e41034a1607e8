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
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Default: any free port.")
@click.option("--no-browser", is_flag=True, help="Print the link instead of opening a browser.")
@options.site_key
@click.option(
    "--outbox", type=click.Path(path_type=Path), metavar="FOLDER", help="The folder where packets wait to be mailed."
)
@click.option(
    "--mail-password-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The mail server's password, if clinic.yaml names a user.",
)
@click.option(
    "--days", type=click.Path(path_type=Path), metavar="FOLDER", help="The folder that has a folder for each day."
)
@click.option(
    "--ward", type=click.Path(path_type=Path), metavar="FILE", help="Serve several nurses; FILE has the settings."
)
@options.content
def command(
    port: int,
    no_browser: bool,
    site_key: Path | None,
    outbox: Path | None,
    mail_password_file: Path | None,
    days: Path | None,
    ward: Path | None,
    content: Path | None,
) -> None:
    """Open the web form in a browser on this computer.

    Only this computer can reach it. What is typed stays in memory, except mail put in the outbox, which
    its page or `mail send FOLDER` sends. The form locks after 15 minutes without a key press or click.

    With --days, the first page shows the packets of today: what is ready, what needs a person, and the search for a
    packet. Each day's packets are in a folder named by its date, which the form creates.

    With --ward it serves several nurses behind the hospital's own web server, which signs them on: see
    docs/ward-server.md. FILE then has all other settings.

    \b
    Examples:
      packets serve
      packets serve --outbox mail --days days
      packets serve --ward /etc/packets/ward.yaml
    """
    from packets.resources import content_root, how_to_install

    for library in ("flask", "waitress"):
        if find_spec(library) is None:
            hint = f"Type: {how_to_install('web')}"
            raise UsageError(Problem("A01", "the web form needs Flask and waitress", hint))
    if ward:
        if port or no_browser or site_key or outbox or mail_password_file or days or content:
            raise UsageError(Problem("A49", "the file of --ward has all other settings", "Leave them out.", "--ward"))
        _serve_ward(ward)
        return
    from packets.storage.files import make_folder
    from packets.web.server import WebServer

    outbox = outbox.absolute() if outbox else None
    if days:
        days = days.absolute()
        make_folder(days)
    server = WebServer(
        content_root(content),
        port=port,
        key_file=site_key,
        outbox=outbox,
        mail_password_file=mail_password_file,
        days=days,
        now=options.clock(),
    )
    _open_link(server.link(), no_browser)
    if sys.stdin is not None and sys.stdin.isatty():
        click.echo("If the form locks, press Enter here to open it again. Press Ctrl-C to stop.", err=True)
        threading.Thread(target=_reopen_on_enter, args=(server.link, no_browser), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    click.echo("Server stopped; all session data was discarded.", err=True)


def _serve_ward(file: Path) -> None:
    """Serve until SIGTERM or Ctrl-C. The system's log gets a line for each request that was refused or failed."""
    import signal

    from packets.content.ward_config import read_ward_config
    from packets.web.ward_server import WardServer

    config = read_ward_config(file)
    server = WardServer(config, str(file), now=options.clock(), log=lambda line: click.echo(line, err=True))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    click.echo(f"Ready: {config.socket or f'127.0.0.1:{config.port}'}", err=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    click.echo("Server stopped; all session data was discarded.", err=True)


def _open_link(link: str, no_browser: bool) -> None:
    """Open the link in a browser, or print it. It works only once, so it is never both."""
    if no_browser or not webbrowser.open(link):
        click.echo(link)
    else:
        click.echo("The web form is open in your browser.", err=True)


def _reopen_on_enter(new_link: Callable[[], str], no_browser: bool) -> None:
    for _ in sys.stdin:
        _open_link(new_link(), no_browser)
