"""`werkpeil`: every command of the warehouse, its help and its exit codes.

0 = done, 1 = a gate or check failed, 2 = the input cannot be used, 3 = something outside failed and the
run can be repeated.
"""

from __future__ import annotations

import logging
import sys
import traceback
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - Typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from werkpeil import __version__
from werkpeil.cli import screen
from werkpeil.errors import InputError, WerkpeilError
from werkpeil.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkpeil.building import BuildResult
    from werkpeil.landing import ForgottenRows, LandingResult
    from werkpeil.landing.retention import DueWave
    from werkpeil.publishing import PublishResult, Release
    from werkpeil.publishing.open_data import OpenDataResult
    from werkpeil.publishing.postgres import PostgresResult
    from werkpeil.quality import GateResult
    from werkpeil.synthesis import SynthesisResult

app = typer.Typer(
    name="werkpeil",
    help="A survey warehouse: land waves, build checked marts, publish them, see where things stand.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
survey_app = typer.Typer(help="Draft and check codebooks.", no_args_is_help=True)
app.add_typer(survey_app, name="survey")

INTERRUPTED = 130
UNFORESEEN = 3


class Target(StrEnum):
    """Where `build` builds: a target of profiles.yml."""

    DUCKDB = "duckdb"
    SPARK = "spark"


def run() -> None:
    """Run the command line; errors become messages and exit codes, never tracebacks."""
    try:
        app(standalone_mode=True)
    except WerkpeilError as error:
        screen.show_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        screen.messages.print("Stopped. Nothing half done is visible; the command can be repeated.")
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the last net: a defect of ours, told and kept
        sys.exit(_report_defect(error))


def _report_defect(error: Exception) -> int:
    """Keep the traceback in a file and tell where; a reader gets a message."""
    what = f"Werkpeil failed in a way that it did not foresee: {type(error).__name__}: {error}"
    try:
        logs = Project.find().logs
        logs.mkdir(parents=True, exist_ok=True)
        kept = logs / "defect.log"
        kept.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        where: str | None = str(kept)
    except (OSError, WerkpeilError):
        where = None
    screen.show_error(
        WerkpeilError(what, where=where, hint="please report it with that file; the run can be repeated.")
    )
    return UNFORESEEN


@app.callback(invoke_without_command=True)
def _settings(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Write a log to the screen.")] = False,
) -> None:
    if version:
        screen.say(f"werkpeil {__version__}")
        raise typer.Exit
    shown = logging.StreamHandler()
    shown.setLevel(logging.INFO if verbose else logging.WARNING)  # the log of a run keeps more than that
    logging.basicConfig(level=shown.level, format="%(levelname)s %(name)s: %(message)s", handlers=[shown])


@app.command(
    epilog="Example: werkpeil land delivery.sav --survey per --wave 2022",
)
def land(
    file: Annotated[Path, typer.Argument(help="The delivered file, in any format that is read.")],
    survey: Annotated[str, typer.Option("--survey", "-s", help="Survey the file belongs to.")],
    wave: Annotated[str, typer.Option("--wave", "-w", help="Wave the file belongs to.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace what is landed for the wave; it is kept.")
    ] = False,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="The answers are made up; every number will say so.")
    ] = False,
    codebook: Annotated[
        Path | None,
        typer.Option(
            "--codebook", "-c", help="Triple-S or DDI file, for data without a header of their own."
        ),
    ] = None,
) -> None:
    """Check a delivered file against the codebook and land it.

    Reads SPSS, Stata, CSV and other text, Excel, ODS and Parquet, gzipped or not. The file
    stays where it is. Landing the same file again changes nothing.
    """
    from werkpeil.landing import land as land_file

    project = Project.find()
    with screen.progress(f"Landing {file.name}") as step:
        result = land_file(
            project,
            file,
            survey,
            wave,
            replace=replace,
            provenance="synthetic" if synthetic else None,
            described_by=codebook,
            on_progress=step,
        )
    _tell_landing(result)


@app.command(epilog="Example: werkpeil build --full-refresh")
def build(
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Scan every landed wave again.")
    ] = False,
    target: Annotated[
        Target,
        typer.Option("--target", help="Where: DuckDB's file, or a Spark cluster (docs/how-to/spark.md)."),
    ] = Target.DUCKDB,
) -> None:
    """Build and check the marts from what is landed.

    Waves that did not change are not scanned; without any change nothing is built.
    """
    _tell_build(_build(Project.find(), full_refresh=full_refresh, target=target))


@app.command("run", epilog="Example: werkpeil run --inbox /srv/deliveries")
def run_inbox(
    inbox: Annotated[
        Path | None, typer.Option("--inbox", help="Folder of deliveries: SURVEY/WAVE/FILE.")
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Errors and the summary only; nothing if there was nothing to do.")
    ] = False,
) -> None:
    """Land everything new in the inbox, build, check and publish; retire what is due. Safe to repeat.

    A delivery that cannot be landed waits; the others go on. Whatever fails later, the last
    release goes on serving. Each run leaves a record in data/runs. If another run is at work: exit 3.
    """
    from werkpeil.cli.running import run_and_tell

    run_and_tell(Project.find(), inbox, tell=_tell_result, quiet=quiet)


@app.command(epilog="Example: werkpeil forget --respondent 10482 --survey per")
def forget(
    respondent: Annotated[str, typer.Option("--respondent", "-r", help="The id, as it was delivered.")],
    survey: Annotated[
        str | None, typer.Option("--survey", "-s", help="Survey, where several have this id.")
    ] = None,
    wave: Annotated[str | None, typer.Option("--wave", "-w", help="This wave only; all unless said.")] = None,
) -> None:
    """Remove a person from all deliveries, rebuild the waves concerned, check and publish.

    The person does not come back when a file is landed again. If there is a release, a new one takes the
    place of all older ones. Stopped half way, the same command finishes. docs/how-to/peoples-rights.md says
    what is left to do by hand.
    """
    from werkpeil.building.lock import only_one
    from werkpeil.landing import forget as forget_person

    project = Project.find()
    with only_one(project):  # a build would miss the deliveries that it is reading
        removed = forget_person(project, respondent, survey_id=survey, wave_id=wave)
    for rows in removed:
        screen.say(
            f"forgot  {screen.counted(rows.accepted, 'accepted row')} and "
            f"{screen.counted(rows.rejected, 'rejected row')} of {rows.survey_id} {rows.wave_id}: "
            f"{rows.file_name} is now delivery {rows.delivery_id}"
        )
    if not removed:
        screen.say("Forgotten before: no delivery holds this person.")
    _tell_files_left(project, removed)
    try:
        _tell_build(_build(project))
        _replace_what_is_published(project)
    except WerkpeilError:
        screen.say(
            "The person is removed, and what is published still counts them: mend what is told next, and run "
            "the same command again."
        )
        raise


@app.command(epilog="Example: werkpeil retire --dry-run")
def retire(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go; remove nothing.")] = False,
) -> None:
    """Remove the rows of waves whose retention period is over; their numbers stay.

    The period is `retention_days` in a survey's codebook, counted from the wave's first delivery. Landing
    zone and warehouse lose the rows for good; marts and releases keep every number of the wave.
    """
    from werkpeil.landing.retention import due_waves

    project = Project.find()
    if dry_run:
        _tell_due(due_waves(project), "would retire")
        screen.say("Nothing was removed.")
    elif _retire(project):
        _tell_build(_build(project))
    else:
        _tell_due([], "retired")


@app.command(epilog="Example: werkpeil check")
def check() -> None:
    """Run the gate alone: everything that the last build must pass before it is published.

    Nothing is built and nothing is published. A failure names the check, the table and its rows.
    """
    _tell_gate(_check(Project.find(), again=True))


@app.command(epilog="Example: werkpeil publish --to postgres")
def publish(
    to: Annotated[
        str | None, typer.Option("--to", help="Publish there too: postgres, by the standard PG* variables.")
    ] = None,
) -> None:
    """Release the last build to data/published/current.duckdb, in one step.

    What has not passed the gate is checked first; what fails is not published, and the last
    release goes on serving. Publishing the same build again changes nothing.
    """
    if to not in {None, "postgres"}:
        raise InputError(f"'{to}' is not a place that Werkpeil publishes to.", hint="use --to postgres.")
    project = Project.find()
    _publish(project)
    if to == "postgres":
        _tell_postgres(_publish_to_postgres(project))


@app.command(epilog="Example: werkpeil export --exhibit culture.table_3 --format latex")
def export(
    exhibit: Annotated[
        str | None, typer.Option("--exhibit", "-e", help="A table or figure of a report; `list` names all.")
    ] = None,
    wave: Annotated[
        str | None, typer.Option("--wave", "-w", help="Wave of the exhibit; the report's own unless said.")
    ] = None,
    way: Annotated[
        str,
        typer.Option("--way", help="`report`: as its authors computed; `design`: weighted, with intervals."),
    ] = "report",
    language: Annotated[str, typer.Option("--language", "-l", help="nl or en.")] = "nl",
    file_format: Annotated[
        str | None, typer.Option("--format", "-f", help="markdown, latex, html or xlsx; by the file's name.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; the screen without one.")
    ] = None,
    internal: Annotated[
        bool,
        typer.Option(
            "--internal", help="The exhibit from the warehouse's own marts, where nothing is hidden."
        ),
    ] = False,
) -> None:
    """Write the current release as open data, or print one exhibit of a report from it.

    Open data: CSV, Parquet and Excel; data/published/datapackage.json describes the files
    (Frictionless), and catalog.jsonld beside it lists them for data portals (DCAT-AP).
    """
    if exhibit is None:
        _export_open_data(Project.find())
        return
    from werkpeil.cli.exhibits import list_exhibits, print_exhibit
    from werkpeil.exhibits import exhibit_named

    if exhibit == "list":
        list_exhibits(language)
        return
    print_exhibit(
        Project.find(),
        exhibit_named(exhibit, way),
        wave=wave,
        language=language,
        file_format=file_format,
        out=out,
        internal=internal,
    )


@app.command(
    epilog="Example: werkpeil query positive_share --by theme,sector --where 'wave = 2024' --language nl"
)
def query(
    metrics: Annotated[
        list[str] | None, typer.Argument(help="Metrics, such as enps; `--list` names all.")
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", "-b", help="Dimensions, one or several with commas: sector, theme, item."),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where", "-w", help="Condition: `wave = 2024`, `sector in (rijk, zbo)`; may be repeated."
        ),
    ] = None,
    file_format: Annotated[str, typer.Option("--format", "-f", help="table, csv, json or sql.")] = "table",
    dialect: Annotated[
        str, typer.Option("--dialect", help="With --format sql: duckdb or postgres.")
    ] = "duckdb",
    language: Annotated[
        str | None, typer.Option("--language", "-l", help="nl or en: labels in place of ids.")
    ] = None,
    list_all: Annotated[bool, typer.Option("--list", help="Name metrics and dimensions.")] = False,
) -> None:
    """Ask the current release for metrics, by dimensions of your choice.

    The dimensions choose the cut: `--by sector` the cut sector, none the total; what no cut divides by is
    refused, so nobody is counted twice. A number over something hidden is hidden, and the answer says so.
    """
    from werkpeil.cli.query import Form, ask, list_definitions
    from werkpeil.semantic import Question

    if list_all:
        list_definitions(Project.find(), language)
        return
    question = Question(_listed(metrics), _listed(by), tuple(where or ()))
    ask(Project.find(), question, Form(file_format, dialect, language))


def _listed(given: list[str] | None) -> tuple[str, ...]:
    """Return what was given in several options, or in one with commas."""
    return tuple(name.strip() for text in given or () for name in text.split(",") if name.strip())


@app.command(epilog="Example: werkpeil site")
def site(
    documentation: Annotated[
        bool,
        typer.Option(help="With dbt's documentation and the lineage of columns: half a minute more."),
    ] = True,
) -> None:
    """Write the current release as a site of static pages, in data/published/site.

    Pages in Dutch and English with pictures and tables of all that is published: the reports' exhibits,
    every question and scale, changes, models, quality. They need no server and no network, and hold no
    number that is hidden. Exit 0: written. 1: a page would be too large. 2: nothing is published yet.
    """
    from werkpeil.cli.site import make_site

    make_site(Project.find(), documented=documentation)


@app.command(epilog="Example: PGSERVICE=survey werkpeil superset --language nl --out werkpeil.zip")
def superset(
    language: Annotated[str, typer.Option("--language", "-l", help="nl or en: titles and labels.")] = "nl",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="File to write; data/published/superset-LANGUAGE.zip unless said."),
    ] = None,
) -> None:
    """Write the metrics of the current release as a file that Apache Superset imports.

    A connection to the PostgreSQL server that PGHOST, PGSERVICE and the like name, as werkpeil_reader and
    verified; datasets with the metrics of `werkpeil query`; a dashboard per survey. No password is in it.
    docs/how-to/superset.md says how to import it. Exit 0: written. 2: no release, or no server is named.
    """
    from werkpeil.cli.superset import write_for_superset

    write_for_superset(Project.find(), language=language, out=out)


@app.command(epilog="Example: werkpeil reproduce --internal --out reproduction.html")
def reproduce(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Page to write; in data/published unless said.")
    ] = None,
    internal: Annotated[
        bool,
        typer.Option("--internal", help="From the warehouse's own marts, where nothing is hidden."),
    ] = False,
) -> None:
    """Write a page with what the reports print against what the warehouse computes.

    Every printed number and every statement has its verdict; on synthetic data none of them is a finding.
    """
    from werkpeil.cli.reproduction import write_reproduction

    write_reproduction(Project.find(), out=out, internal=internal)


def _export_open_data(project: Project) -> None:
    from werkpeil.publishing.open_data import export_open_data

    with screen.progress("Writing open data") as step:
        exported = export_open_data(project, on_progress=step)
    _tell_open_data(exported)


@app.command(epilog="Example: werkpeil status --json")
def status(
    inbox: Annotated[
        Path | None, typer.Option("--inbox", help="Folder of deliveries; that of the last run unless said.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
) -> None:
    """Show the landed waves, the last build, the gate, the release, the last runs and what waits and why."""
    from werkpeil.cli.running import show_status

    show_status(Project.find(), inbox, as_json=as_json)


@app.command(epilog="Example: werkpeil demo")
def demo() -> None:
    """Land the bundled waves, build, and say where the results are."""
    from werkpeil.cli.demo import run_demo

    run_demo(Project.find(), build=_build)


@app.command(epilog="Example: werkpeil synthesise --survey per --wave 2022 --seed 1 --out per.sav")
def synthesise(
    survey: Annotated[str, typer.Option("--survey", "-s", help="Survey: per or werkonderzoek.")],
    wave: Annotated[str, typer.Option("--wave", "-w", help="Wave of the survey.")],
    seed: Annotated[int, typer.Option("--seed", help="Seed: the same one gives the same bytes.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write: .sav, .csv or .parquet.")],
    respondents: Annotated[
        int | None, typer.Option("--respondents", "-n", help="How many; as published unless said.")
    ] = None,
    *,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")] = False,
    report: Annotated[
        bool, typer.Option("--report", help="Compare with the published numbers; write the page in docs/.")
    ] = False,
) -> None:
    """Write a synthetic wave: made-up respondents that give the published results.

    The file is a delivery like a field agency's and is landed by `werkpeil land`. Nobody gave its
    answers; ids begin with `syn-`, and everything built on it says so.
    """
    from werkpeil.synthesis import synthesise as write_wave

    project = Project.find()
    with screen.progress(f"Making {survey} {wave}") as step:
        made = write_wave(
            project,
            survey,
            wave,
            seed=seed,
            respondents=respondents,
            out=out,
            overwrite=overwrite,
            on_progress=step,
        )
    screen.say(
        f"SYNTHETIC {made.survey_id} {made.wave_id}, seed {made.seed}: {made.respondents:,} made-up "
        f"respondents, {made.columns} columns, in {screen.near(made.path)}"
    )
    if report:
        _tell_report(project, made)


@app.command(epilog="Example: werkpeil audit docs/examples/audit/team_survey --page audit.html")
def audit(
    tables: Annotated[
        str,
        typer.Argument(
            help="A folder with numbers.csv and relations.csv, a file of numbers, or a study of the seeds."
        ),
    ],
    relations: Annotated[
        Path | None,
        typer.Option("--relations", help="File of relations, if not relations.csv beside the numbers."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the findings: .json, or CSV under another name.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--page", help="Write a page with the arithmetic (.html).")
    ] = None,
    save_tables: Annotated[
        Path | None,
        typer.Option("--save-tables", help="Write the tables of a study in the form, in this folder."),
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the arithmetic: nl or en.")] = "nl",
) -> None:
    """Check published tables against themselves: what cannot be right.

    Needs the printed numbers only, no answers of respondents; docs/how-to/audit-a-report.md shows how to fill
    the form. Exit 0: nothing found. 1: something found. 2: the tables cannot be used.
    """
    from werkpeil.cli.audit import run_audit

    found = run_audit(tables, relations, out=out, page=page, save_tables=save_tables, language=language)
    if found:
        raise typer.Exit(1)


@survey_app.command("new", epilog="Example: werkpeil survey new delivery.sav --survey teamklimaat")
def survey_new(
    file: Annotated[Path, typer.Argument(help="A delivered file of the new survey.")],
    survey: Annotated[str, typer.Option("--survey", "-s", help="Id of the survey: lower snake_case.")],
    wave: Annotated[str, typer.Option("--wave", "-w", help="Wave the file belongs to.")] = "1",
    language: Annotated[str, typer.Option(help="Language of the questions: nl or en.")] = "nl",
    codebook: Annotated[
        Path | None,
        typer.Option(
            "--codebook",
            "-c",
            help="File that describes its columns: DDI, Triple-S, a LimeSurvey or Qualtrics questionnaire.",
        ),
    ] = None,
) -> None:
    """Draft a codebook for a new survey from a file's own labels or values, or from a codebook beside it.

    Writes the codebook, the rows it needs in the seeds and two one-line models, then lists what a
    person must decide. Nothing is overwritten.
    """
    from werkpeil.codebook.draft import draft_survey

    if language not in {"nl", "en"}:
        raise InputError(f"'{language}' is not a language of Werkpeil.", hint="use nl or en.")
    draft = draft_survey(Project.find(), file, survey, wave, language, codebook=codebook)
    screen.say(f"Drafted survey {survey}: {draft.column_count} columns.", style="bold")
    for path in draft.written:
        screen.say(f"  wrote   {path}")
    if draft.questions:
        screen.say("To decide, most important first:")
    for question in draft.questions:
        screen.say(f"  decide  {question}")
    needed = f" --codebook {codebook}" if draft.is_placed_by_codebook else ""
    screen.say(f"Then: werkpeil land {file} --survey {survey} --wave {wave}{needed} && werkpeil build")


@survey_app.command("check", epilog="Example: werkpeil survey check teamklimaat")
def survey_check(
    survey: Annotated[str | None, typer.Argument(help="A survey; all of them unless said.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail as well if anything is open, such as a label.")
    ] = False,
) -> None:
    """Say what contradicts itself in a survey's codebook and seeds, and what is still open about it.

    The most important comes first: contradictions, which landing or building refuses; decisions that the
    draft left to a person; guesses; labels and translations. Exit 0: no contradictions. 1: some, or with
    --strict anything open. 2: there is no such survey, or a file cannot be read.
    """
    from werkpeil.cli.survey import check_surveys

    check_surveys(Project.find(), survey, is_strict=strict)


@survey_app.command("export", epilog="Example: werkpeil survey export per --format ddi --out per.xml")
def survey_export(
    survey: Annotated[str, typer.Argument(help="The survey.")],
    file_format: Annotated[str, typer.Option("--format", "-f", help="ddi, csvw or html.")] = "html",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; for csvw a folder. Here unless said.")
    ] = None,
) -> None:
    """Write a survey's codebook for others: no answer of anybody is in it.

    ddi: DDI-Codebook 2.5 XML, which archives read, and `survey new --codebook` too. csvw: CSV on the Web,
    metadata and a code list per answer set. html: a page to print, in Dutch and English.
    """
    from werkpeil.cli.survey import write_codebook

    write_codebook(Project.find(), survey, file_format, out)


def _build(project: Project, *, full_refresh: bool = False, target: Target = Target.DUCKDB) -> BuildResult:
    from werkpeil.building.dbt import in_shares

    if target is Target.SPARK:
        from werkpeil.spark.build import build_on_spark as build_warehouse
    else:
        from werkpeil.building import build as build_warehouse

    with screen.progress("Building") as step:
        return build_warehouse(project, full_refresh=full_refresh, on_progress=in_shares(step))


def _check(project: Project, *, again: bool) -> GateResult:
    from werkpeil.building.dbt import in_shares
    from werkpeil.quality import run_gate

    with screen.progress("Checking") as step:
        return run_gate(project, again=again, on_progress=in_shares(step))


def _pass_gate(project: Project) -> None:
    """Check the last build unless it has been checked as it is now."""
    from werkpeil.quality import has_passed

    if not has_passed(project):
        _tell_gate(_check(project, again=False))


def _publish(project: Project) -> None:
    """Check what has not been checked as it is now, then release it."""
    from werkpeil.publishing import publish as publish_release

    _pass_gate(project)
    with screen.progress("Publishing"):
        released = publish_release(project)
    _tell_release(project, released)


def _retire(project: Project) -> list[DueWave]:
    """Retire the waves that are due, and tell."""
    from werkpeil.building.retention import retire_due

    due = retire_due(project)
    if due:
        _tell_due(due, "retired")
    return due


def _replace_what_is_published(project: Project) -> None:
    """Check the build, and publish it where something is published, open data too."""
    from werkpeil.publishing import current_release
    from werkpeil.publishing.open_data import has_open_data

    if current_release(project) is None:
        _pass_gate(project)
        return
    _publish(project)
    if has_open_data(project):
        _export_open_data(project)


def _publish_to_postgres(project: Project) -> PostgresResult:
    from werkpeil.publishing.postgres import publish_to_postgres

    with screen.progress("Publishing to PostgreSQL"):
        return publish_to_postgres(project)


def _tell_report(project: Project, made: SynthesisResult) -> None:
    from werkpeil.synthesis.report import calibrate, write_report

    with screen.progress("Comparing with the published numbers"):
        calibration = calibrate(made)
        written = write_report(project, calibration)
    for line in calibration.summary():
        screen.say(line)
    for path in written:
        screen.say(f"  wrote   {screen.near(path)}")


def _tell_result(project: Project, result: Any) -> None:
    """Tell a result of a run, whatever step it is of."""
    tellers: dict[str, Callable[[Any], None]] = {
        "LandingResult": _tell_landing,
        "BuildResult": _tell_build,
        "GateResult": _tell_gate,
        "PublishResult": lambda published: _tell_release(project, published),
        "InboxItem": lambda item: screen.say(f"waits   {item.path}: {item.reason}"),
        "list": lambda due: _tell_due(due, "retired"),
    }
    tellers[type(result).__name__](result)


def _tell_landing(result: LandingResult) -> None:
    verb = {
        "landed": "landed",
        "replaced": "replaced",
        "already_landed": "already landed, nothing to do:",
    }
    made_up = " (synthetic)" if result.provenance == "synthetic" else ""
    screen.say(
        f"{verb[result.status]} {result.survey_id} {result.wave_id}{made_up}: "
        f"{result.rows_read:,} rows read, {result.rows_accepted:,} accepted, "
        f"{result.rows_rejected:,} rejected"
    )
    if result.rows_forgotten:
        left_out = screen.counted(result.rows_forgotten, "row")
        screen.say(f"  left out  {left_out} of people who asked to be forgotten")
    if result.retired_at:
        screen.say(f"  retired   on {result.retired_at[:10]}: its rows are gone, its numbers stay")
    for rule, count in result.rejected_by_rule.items():
        screen.say(f"  rejected  {count:,} rows: {rule} (see raw.rejected_rows)")
    for column, count in result.invalid_answers.items():
        screen.say(f"  invalid   {count:,} answers in {column} (see raw.invalid_answers)")
    if result.ignored_columns:
        screen.say(f"  ignored   {len(result.ignored_columns)} columns that the codebook does not name")


def _tell_due(waves: list[DueWave], verb: str) -> None:
    for wave in waves:
        screen.say(
            f"{verb} {wave.survey_id} {wave.wave_id}: {screen.counted(wave.rows, 'row')} of "
            f"{screen.counted(wave.deliveries, 'landed file')}, first landed on {wave.landed_on}, due on "
            f"{wave.due_on}"
        )
    if not waves:
        screen.say("No wave is due: `retention_days` in a codebook sets the period.")


def _tell_files_left(project: Project, removed: list[ForgottenRows]) -> None:
    """Name the delivered files in the inbox, which are not ours to change."""
    for survey_id, wave_id in dict.fromkeys((rows.survey_id, rows.wave_id) for rows in removed):
        for path in sorted((project.inbox / survey_id / wave_id).glob("*")):
            screen.say(f"  still there: {screen.near(path)}; if it holds this person, delete it")


def _tell_build(result: BuildResult) -> None:
    for notice in result.notices:
        screen.say(f"  {notice}")
    if result.status == "up_to_date":
        screen.say(f"Nothing changed since build {result.build_id}; nothing was built.")
        return
    screen.results.print(
        f"[bold green]built[/] {escape(result.build_id)}: {result.models} models, "
        f"{result.checks} checks passed, {result.seconds:.0f} s"
    )


def _tell_gate(result: GateResult) -> None:
    warnings = [found for found in result.results if not found.passed]
    screen.results.print(
        f"[bold green]passed[/] the gate: {result.checks} tests and {len(result.results)} checks of the "
        f"results of build {escape(result.build_id)}, {result.seconds:.0f} s"
    )
    if not warnings:
        return
    from werkpeil.quality.results import told  # with its library, which takes seconds to import

    screen.results.print(f"  [bold yellow]{len(warnings)} warnings[/], which stop nothing:")
    for line in (line for found in warnings for line in told(found)):
        screen.say(f"  {line}")


def _tell_release(project: Project, result: PublishResult) -> None:
    release = result.release
    if result.status == "up_to_date":
        screen.say(f"Build {release.build_id} is the current release; nothing was published.")
    else:
        screen.results.print(f"[bold green]published[/] {escape(_described(release))}")
        screen.say(f"  readers open {screen.near(project.published / 'current.duckdb')}, schema published")
    for build_id in result.removed:
        screen.say(f"  removed the old release {build_id}")


def _described(release: Release) -> str:
    rows = sum(release.tables.values())
    moment = release.published_at[:16].replace("T", " ")
    return f"{release.build_id}: {len(release.tables)} tables, {rows:,} rows, at {moment} UTC"


def _tell_postgres(result: PostgresResult) -> None:
    if result.status == "up_to_date":
        screen.say(f"{result.database} shows build {result.build_id} already; nothing was loaded.")
    else:
        screen.results.print(
            f"[bold green]published[/] to {escape(result.database)}: {result.rows:,} rows, "
            f"{result.seconds:.1f} s"
        )
    if not result.waited_for_readers:
        screen.say("  a reader kept a transaction open; the tables were replaced without waiting for it")
    for schema in result.left:
        screen.say(f"  {schema} is still in use; the next publication removes it")


def _tell_open_data(result: OpenDataResult) -> None:
    if result.status == "up_to_date":
        screen.say(f"The open data are of build {result.build_id} already; nothing was written.")
    else:
        screen.results.print(
            f"[bold green]wrote[/] {result.tables} tables of build {escape(result.build_id)} in "
            f"{result.files} files, {result.file_bytes / 1e6:,.1f} MB"
        )
    screen.say(f"  described by {screen.near(result.package)}")
