"""Make the packets of a surgery schedule, and one print run."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from packets.cli import options
from packets.cli.signals import graceful_shutdown
from packets.errors import ExitCode

if TYPE_CHECKING:
    from packets.batch.options import BatchOptions
    from packets.batch.plan import PlannedRow
    from packets.batch.run import BatchReport
    from packets.content.library import Library

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("schedule", type=_PATH)
@click.option("-o", "--output", type=_PATH, required=True, metavar="FOLDER", help="The folder for the packets.")
@options.schedule_profile
@click.option("--dry-run", is_flag=True, help="Only list what would be made, changed, kept and refused.")
@click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Worker processes; default: one per core.")
@click.option("--sort", type=click.Choice(["schedule", "time", "room", "surgeon"]),
              help="Order of the print run; default: schedule, or with --from that of the last one.")  # fmt: skip
@click.option("--print-run", type=_PATH, metavar="FILE", help="The print run; default: print-run.pdf in the folder.")
@click.option("--only-changed", is_flag=True, help="Also make a print run of only the new and changed packets.")
@click.option(
    "--from", "start_from", default="", metavar="PACKET", help="Also make a print run that starts with this packet."
)
@options.printer_options
@options.plan
@options.site_key
@click.option("--html", is_flag=True, help="Also make a copy of each packet as one HTML file, for screens.")
@click.option("--test-data", is_flag=True, help="Take test messages too (MSH-11 T or D, HTEST), and mark every page.")
@options.drafts
@options.confirm_date
@options.confirm_changes
@options.content
@options.quiet
@options.as_json
def command(
    schedule: Path,
    output: Path,
    profile: str | None,
    dry_run: bool,
    jobs: int | None,
    sort: str | None,
    print_run: Path | None,
    only_changed: bool,
    start_from: str,
    printer: str | None,
    copies: int,
    one_sided: bool,
    plan: str | None,
    site_key: Path | None,
    html: bool,
    test_data: bool,
    include_drafts: bool,
    confirmed: frozenset[dt.date],
    confirm_changes: bool,
    content: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Make the packets of a surgery day, and one print run.

    To continue after an interruption, run the same command again: finished packets are kept. A changed row gets a new
    packet that says which one it replaces. Rows that cannot be made are listed in problems.csv, and the other packets
    are made (exit code 3).

    \b
    Example:
      packets batch samples/schedule.csv -o monday --dry-run
      packets batch samples/schedule.csv -o monday
      packets batch monday.xlsx --profile us-export -o monday --only-changed
    """
    from packets.batch.pool import load_ahead

    if not dry_run:
        load_ahead()

    from packets.batch.options import BatchOptions
    from packets.content.library import expired_approvals, require_known
    from packets.errors import Problem, UsageError
    from packets.pipeline import copy_notes
    from packets.storage.files import UNREADABLE

    root, library = options.load_library(content)
    library = replace(library, test_data=test_data)
    if plan is not None:
        require_known(plan, sorted(library.plans), "packet plan", "--plan")
    if only_changed and start_from:
        hint = "Make the two print runs one after the other."
        raise UsageError(Problem("U21", "--only-changed and --from cannot be combined", hint, "--from"))
    if print_run is not None:
        _check_print_run(print_run, output, schedule, site_key)
    options.check_printer(printer, one_sided, copies, one_sided_file=True)
    batch_options = BatchOptions(
        schedule=schedule,
        folder=output,
        content=root,
        profile=profile,
        plan=plan or "",
        include_drafts=include_drafts,
        sort=sort or "",
        start_from=start_from,
        only_changed=only_changed,
        one_sided=one_sided,
        html=html,
        print_run=print_run,
        workers=jobs or _cores(),
        confirmed=confirmed,
        confirm_changes=confirm_changes,
    )
    report = _run(batch_options, library, site_key, dry_run=dry_run)
    options.warn(expired_approvals(root, library, library.clinic.date(options.clock()())))
    if html:
        plans = [library.plans[plan]] if plan else library.plans.values()
        options.warn(copy_notes(dict.fromkeys(file for each in plans for file in each.attach)))
    _print_left_out(report)
    if report.doubtful:
        return _ask_to_confirm(report, as_json)
    for problem in report.problems:
        click.echo(f"Note: {problem}" if problem.warning else str(problem), err=True)
    with options.ignore_broken_pipe():
        if as_json:
            click.echo(json.dumps(_as_json(report), indent=2))
        elif not quiet:
            _show_plan(report) if dry_run else _print_result(report, output)
    if report.interrupted:
        click.echo("Interrupted. Finished packets are kept; run the same command again to continue.", err=True)
        return ExitCode.INTERRUPTED
    if printer is not None and not dry_run:
        _print(report, output, printer, copies, one_sided)
    if any(problem.code == UNREADABLE for problem in report.problems):
        return ExitCode.CANNOT_WRITE  # a file in the folder cannot be read
    return ExitCode.SOME_ROWS_FAILED if any(not problem.warning for problem in report.problems) else ExitCode.OK


def _run(batch_options: BatchOptions, library: Library, site_key: Path | None, *, dry_run: bool) -> BatchReport:
    """Run the batch, or preview it, with a progress bar."""
    from packets.batch.options import BatchContext
    from packets.batch.run import preview_batch, run_batch
    from packets.cli.progress import Bar
    from packets.storage.site_key import site_key as read_site_key

    bar = Bar(sys.stderr)
    with graceful_shutdown(anywhere=False) as stop:
        key = read_site_key(site_key, os.environ, library.clinic.site_folder)
        context = BatchContext(key=key, clock=options.clock(), stop=stop, progress=bar)
        try:
            return (preview_batch if dry_run else run_batch)(batch_options, library, context)
        finally:
            bar.end()


def _check_print_run(print_run: Path, folder: Path, *inputs: Path | None) -> None:
    """Raise UsageError if the print run would overwrite an input or another file of the folder."""
    from packets.batch.folder import Folder
    from packets.errors import Problem, UsageError
    from packets.storage.files import resolve_path

    if resolve_path(print_run) in [resolve_path(file) for file in inputs if file is not None]:
        hint = "Type another name."
        raise UsageError(Problem("U08", "this is an input file and would be overwritten", hint, "--print-run"))
    if Folder(folder).is_batch_file(print_run):
        hint = "Leave --print-run out, or type another name."
        raise UsageError(Problem("U29", "another file of this folder has this name", hint, "--print-run"))


def _ask_to_confirm(report: BatchReport, as_json: bool) -> int:
    """Print which changes a person has to confirm, and return the exit code."""
    for problem in report.doubtful:
        click.echo(str(problem), err=True)
    if as_json:
        with options.ignore_broken_pipe():
            click.echo(json.dumps(_as_json(report), indent=2))
    click.echo("Nothing was made. If the charts agree with this schedule, add --confirm-changes", err=True)
    return ExitCode.INVALID_INPUT


def _print_left_out(report: BatchReport) -> None:
    """Print what an interface's files have besides the operations, and which draft parts were left out."""
    left_out = report.source.not_operations
    if left_out:
        kinds = ", ".join(f"{count} {kind}" for kind, count in left_out)
        count = sum(count for _, count in left_out)
        click.echo(f"Note: {count} that are not operations of these handouts were left out: {kinds}.", err=True)
    for place in report.source.older:
        click.echo(f"Note: ignored, because there is a later message of the same case: {place}", err=True)
    for part, rows in sorted(report.left_out.items()):
        packets = options.counted(rows, "packet", "packets")
        click.echo(f"Note: a draft part was left out of {packets} ({part}).", err=True)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _show_plan(report: BatchReport) -> None:
    """Print one line for each row, in order."""
    lines = [
        (
            row.row,
            f"{row.action:9} row {row.row:<5} {row.packet.id}{_replaces(report, row)}{_local_start(report, row.row)}",
        )
        for row in report.plan.rows
    ]
    for row, packet in report.plan.cancelled:
        lines.append(
            (row, f"cancelled row {row:<5} {packet.id if packet else 'has no packet'}{_local_start(report, row)}")
        )
    refused = sorted({problem.row for problem in report.problems if not problem.warning})
    lines += [(row, f"refused   row {row}") for row in refused]
    lines += [(sys.maxsize, f"missing             {packet.id}") for packet in report.plan.missing_from_schedule]
    for _, line in sorted(lines):
        click.echo(line)
    click.echo(f"{_rows(report)}. {_counts(report)}. Nothing was made: this was a dry run.")


def _local_start(report: BatchReport, row: int) -> str:
    """Return the start of a row as an interface wrote it, and the clinic's day and time."""
    return f"  {report.source.places[row]}: {report.source.times[row]}" if row in report.source.times else ""


def _replaces(report: BatchReport, row: PlannedRow) -> str:
    from packets.batch.plan import RowAction

    return f" replaces {', '.join(report.plan.earlier(row.packet))}" if row.action is RowAction.CHANGE else ""


def _rows(report: BatchReport) -> str:
    return options.counted(report.rows, "row", "rows")


def _counts(report: BatchReport) -> str:
    from packets.batch.plan import RowAction

    counts = [
        f"{report.count(RowAction.MAKE)} new",
        f"{report.count(RowAction.CHANGE)} changed",
        f"{report.count(RowAction.REPAIR)} made again",
        f"{report.count(RowAction.KEEP)} unchanged",
        f"{len(report.plan.cancelled)} cancelled",
        f"{len(report.plan.missing_from_schedule)} missing from the schedule",
        f"{report.refused} refused",
    ]
    return ", ".join(counts) + (f", {report.failed} failed" if report.failed else "")


def _print_result(report: BatchReport, folder: Path) -> None:
    click.echo(f"{folder}: {_rows(report)}. {_counts(report)}")
    for run in report.runs:
        if run.packets:
            packets = options.counted(run.packets, "packet", "packets")
            pages, sheets = (
                options.counted(run.pages, "page", "pages"),
                options.counted(run.sheets, "sheet", "sheets"),
            )
            click.echo(f"{run.path}: {packets}, {pages} on {sheets}, checked")
        elif run.name == "changes":
            click.echo("No packet is new or changed, so there is nothing to print again.")


def _as_json(report: BatchReport) -> dict[str, Any]:
    return {
        "rows": report.rows,
        "packets": [
            {
                "row": row.row,
                "step": str(row.action),
                "packet_id": row.packet.id,
                "replaces": list(report.plan.earlier(row.packet)),
            }
            for row in report.plan.rows
        ],
        "cancelled": [
            {"row": row, "packet_id": packet.id if packet else None} for row, packet in report.plan.cancelled
        ],
        "missing_from_schedule": [packet.id for packet in report.plan.missing_from_schedule],
        "problems": [
            {
                "row": problem.row or None,
                "column": problem.column,
                "code": problem.code,
                "message": problem.message,
                "hint": problem.hint,
                "warning": problem.warning,
            }
            for problem in (*report.doubtful, *report.problems)
        ],
        "stopped": bool(report.doubtful),
        "print_runs": [{"file": str(run.path), "packets": run.packets, "pages": run.pages} for run in report.runs],
        "interrupted": report.interrupted,
    }


def _print(report: BatchReport, folder: Path, printer: str, copies: int, one_sided: bool) -> None:
    from packets.batch.folder import CHANGES, PRINT_RUN
    from packets.batch.papers import record_printed
    from packets.errors import PacketsError

    run = report.runs[-1] if report.runs else None
    if run is None or not run.packets:
        click.echo("There is nothing to print.", err=True)
        return
    # A fixed title: the user may have put a patient's name in the file name, and others can read the title.
    title = {"changes": "print-run-changes", "from": "print-run-from"}.get(run.name, "print-run")
    options.send_to_printer(run.path, printer, title, copies, one_sided)
    file = {"print_run": PRINT_RUN, "changes": CHANGES}.get(run.name, run.path.name)
    with suppress(PacketsError):  # it is printed, also if another program works in the folder now
        record_printed(folder, file, options.clock())
