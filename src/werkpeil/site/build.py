"""Writes the site of the current release: all pages in both languages and the numbers behind them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkpeil.audit.findings import LANGUAGES
from werkpeil.building.lock import only_one
from werkpeil.errors import CheckFailedError
from werkpeil.files import outside_errors, replace_folder
from werkpeil.publishing import open_release
from werkpeil.publishing.catalog import SCHEMA
from werkpeil.publishing.releases import require_release
from werkpeil.quality.gate import require_newest_build
from werkpeil.site.documentation import document
from werkpeil.site.layout import ROOTS, Frame, write_page
from werkpeil.site.numbers import Numbers
from werkpeil.site.pages import (
    changes,
    compare,
    documents,
    explore,
    flows,
    method,
    models,
    overview,
    quality,
    reproduced,
    studies,
    tables,
    variables,
)
from werkpeil.site.reading import Source, read_surveys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from werkpeil.project import Project
    from werkpeil.site.documentation import Documentation
    from werkpeil.site.layout import Page

# What a phone loads in a second or two; a page that grows beyond it is a defect.
LARGEST_PAGE = 2_000_000


@dataclass(frozen=True)
class Beside:
    """What stands beside the pages, for them to lead to.

    Args:
        data_docs: Whether the gate's own pages do.
        documentation: dbt's documentation and the lineage of columns, where they do.
    """

    data_docs: bool
    documentation: Documentation | None


@dataclass(frozen=True)
class SiteResult:
    """What was written.

    Attributes:
        build_id: The build whose numbers it shows.
        index: Its first page.
        pages: How many pages, both languages together.
        files: How many files of numbers.
        file_bytes: Size of all of it.
        largest: Size of the largest page.
        documented: Whether dbt's documentation and the lineage of columns are part of it.
    """

    build_id: str
    index: Path
    pages: int
    files: int
    file_bytes: int
    largest: int
    documented: bool


def write_site(
    project: Project,
    *,
    documented: bool = True,
    on_progress: Callable[[str, float | None], None] | None = None,
) -> SiteResult:
    """Write the site of the current release to `data/published/site`, in the place of the old one.

    Only published tables are read, and a reader of the old site sees it whole until the new one is. What
    documents the warehouse is of the project as it stands: it is left out where that no longer is what the
    release was built from.

    Args:
        project: Whose release.
        documented: Whether dbt's documentation and the lineage of columns are written too.
        on_progress: Called with what is written and the share that is done.

    Raises:
        InputError: nothing is released yet.
        CheckFailedError: a page is larger than pages may be.
        OutsideError: the site cannot be written, or a build, check or publication is running.
    """
    release = require_release(project)
    target = project.published / "site"
    draft = target.with_name(f".{target.name}.draft")
    # Nobody removes the release meanwhile, and no second site is written into the same draft.
    with only_one(project), open_release(project) as connection, outside_errors("site"):
        found = connection.execute(
            "select table_name from information_schema.tables where table_schema = ?", [SCHEMA]
        ).fetchall()
        source = Source(
            connection, release.build_id, release.published_at, frozenset(str(name) for (name,) in found)
        )
        shutil.rmtree(draft, ignore_errors=True)
        numbers = Numbers(source)
        written = Written(draft, Frame((), release.build_id, release.published_at))
        documentation = None
        if documented and _is_of_the_project(project, release.build_id):
            if on_progress is not None:
                on_progress("documentation of the warehouse", None)
            documentation = document(project)
        beside = Beside((project.published / "quality" / "index.html").is_file(), documentation)
        _write_pages(project.root, source, numbers, written, beside, on_progress=on_progress)
        for name, text in [*numbers.files.items(), *(documentation.pages.items() if documentation else ())]:
            written.put(name, text)
        replace_folder(draft, target)
    return SiteResult(
        release.build_id,
        target / "index.html",
        written.pages,
        len(numbers.files),
        written.size,
        written.largest,
        documentation is not None,
    )


def _is_of_the_project(project: Project, build_id: str) -> bool:
    """Tell whether a release is of the last build and nothing that shapes one has changed since."""
    try:
        return require_newest_build(project) == build_id
    except CheckFailedError:
        return False


class Written:
    """The folder of a site while it is written.

    Args:
        folder: The folder.
        frame: What all pages share.
    """

    def __init__(self, folder: Path, frame: Frame) -> None:
        self.folder = folder
        self.frame = frame
        self.pages = self.size = self.largest = 0

    def add(self, page: Page) -> None:
        """Write a page in its languages.

        Raises:
            CheckFailedError: it is larger than pages may be.
        """
        for language in (one for one in LANGUAGES if one in page.main):
            text = write_page(self.frame, page, language)
            size = self.put(ROOTS[language] + page.path, text)
            if size > LARGEST_PAGE:
                raise CheckFailedError(
                    f"The page {ROOTS[language]}{page.path} would have {size:,} bytes, more than "
                    f"{LARGEST_PAGE:,}.",
                    hint="a cut with fewer groups, or fewer waves in the release, makes it smaller.",
                )
            self.largest = max(self.largest, size)
            self.pages += 1

    def put(self, name: str, text: str) -> int:
        """Write a file; return its size in bytes."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = text.encode()
        path.write_bytes(content)
        self.size += len(content)
        return len(content)


def _write_pages(
    root: Path,
    source: Source,
    numbers: Numbers,
    written: Written,
    beside: Beside,
    *,
    on_progress: Callable[[str, float | None], None] | None,
) -> None:
    surveys = read_surveys(source)
    contents = [variables.Contents(source, survey) for survey in surveys]
    sections: list[Sequence[Page]] = [
        studies.study_pages(source, surveys, numbers),
        [explore.explore_page(contents)],
        changes.change_pages(source, surveys, numbers),
        models.model_pages(source, surveys, numbers),
        flows.flow_pages(source, surveys, numbers),
        [quality.quality_page(source, surveys, numbers, has_data_docs=beside.data_docs)],
        [method.method_page()],
        reproduced.reproduction_pages(source, surveys, numbers),
        [tables.tables_page(source, beside.documentation)],
        documents.document_pages(root),
    ]
    pages = [page for section in sections for page in section]
    first = overview.overview_page(source, contents, numbers, [page for page in pages if page.menu])
    menu = [page for page in [first, *pages] if page.menu]
    written.frame = Frame(menu, written.frame.build_id, written.frame.published_at)
    for page in [first, *pages]:
        written.add(page)
    for done, own in enumerate(contents):
        if on_progress is not None:
            on_progress(own.survey.survey_id, done / len(contents))
        for page in [*variables.variable_pages(own, numbers), *compare.compare_pages(source, own)]:
            written.add(page)
