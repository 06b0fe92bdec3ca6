"""Everything that a user can get wrong has a message of its own and leaves nothing behind."""

from __future__ import annotations

import errno
import gzip
import os
import zipfile
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from support.workshop import PLAIN_HEADER, column
from werkpeil.errors import InputError, OutsideError, WerkpeilError
from werkpeil.landing import zone
from werkpeil.landing.rows import Rows

if TYPE_CHECKING:
    from pathlib import Path

    from support.workshop import Workshop

GOOD = "1,1,a,5,Eens,40,"
HEADER = ",".join(PLAIN_HEADER)

pytestmark = pytest.mark.usefixtures("no_leftovers")


def refused(workshop: Workshop, file: Path, **options: Any) -> WerkpeilError:
    """Land a file that must be refused; nothing may be left of it."""
    with pytest.raises(WerkpeilError) as caught:
        workshop.land(file, **options)
    assert not (workshop.project.landing / "plain").exists()
    return caught.value


CONTENTS = {
    "empty": (b"", "The file is empty"),
    "header only": (HEADER.encode() + b"\n", "has a header and no rows"),
    "header and blank lines": (HEADER.encode() + b"\n\n,,,,,,\n", "has a header and no rows"),
    "blank lines": (b"\n\n \n", "only blank lines"),
    "no matching column": (
        b"a;b\n1;2\n",
        "None of the 7 columns of survey 'plain' is in this file",
    ),
    "pdf": (b"%PDF-1.7\n", "not supported: the file is a PDF"),
    "binary": (b"\x00\x01\x02\x03" * 50, "not supported: the file is binary"),
    "zeros in text": (HEADER.encode() + b"\n" + b"x" * 5000 + b"\0\n", "holds zero bytes"),
    "empty gzip": (gzip.compress(b""), "empty once unpacked"),
    "cut off gzip": (gzip.compress(os.urandom(5000))[:3000], "packed with gzip and damaged"),
    "damaged gzip": (gzip.compress(b"")[:10] + b"\xff" * 50, "packed with gzip and damaged"),
    "r data in gzip": (gzip.compress(b"RDX3\nX\n"), "an R data file"),
    "endless line": (b"id,w" + b"x" * (18 << 20), "one line is longer than"),
}


@pytest.mark.parametrize("case", CONTENTS)
def test_content_that_is_no_delivery_is_refused(workshop: Workshop, case: str) -> None:
    content, message = CONTENTS[case]
    error = refused(workshop, workshop.file("delivery.csv", content))
    assert isinstance(error, InputError)
    assert error.exit_code == 2
    assert message in str(error)
    assert "delivery.csv" in str(error)


def test_a_zip_archive_is_refused_with_advice(workshop: Workshop) -> None:
    path = workshop.folder / "d.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("d.csv", HEADER)
    error = refused(workshop, path)
    assert "unpack it" in str(error)
    assert error.exit_code == 2


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(workshop: Workshop) -> None:
    assert "There is no such file" in str(refused(workshop, workshop.folder / "none.csv"))
    assert "a folder, not a file" in str(refused(workshop, workshop.folder))
    pipe = workshop.folder / "pipe"
    os.mkfifo(pipe)
    assert "no regular file" in str(refused(workshop, pipe))


def test_a_file_that_may_not_be_read_is_refused(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    file = workshop.csv(GOOD)
    opened = type(file).open

    def deny(self: Path, *args: Any, **options: Any) -> Any:
        if self == file:
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return opened(self, *args, **options)

    monkeypatch.setattr(type(file), "open", deny)
    error = refused(workshop, file)
    assert "may not be read" in str(error)
    assert error.exit_code == 2


@pytest.mark.parametrize(
    ("survey_id", "wave_id"),
    [
        ("../x", "2024"),
        ("Plain", "2024"),
        ("", "2024"),
        ("plain", "../../x"),
        ("plain", "a b"),
        ("plain", ""),
        ("plain", "-x"),
        ("plain", "2024\n"),
        ("plain", "x" * 65),
    ],
)
def test_ids_that_cannot_be_folders_are_refused(workshop: Workshop, survey_id: str, wave_id: str) -> None:
    with pytest.raises(InputError, match=r"cannot be a (survey|wave)'s id"):
        workshop.land(workshop.csv(GOOD), wave_id, survey_id)
    assert not workshop.project.landing.exists()


def test_an_unknown_survey_and_an_unknown_provenance_are_refused(workshop: Workshop) -> None:
    with pytest.raises(InputError, match="There is no survey 'unknown'"):
        workshop.land(workshop.csv(GOOD), survey_id="unknown")
    with pytest.raises(InputError, match="'guessed' is no provenance"):
        workshop.land(workshop.csv(GOOD), provenance="guessed")


def test_missing_columns_are_all_listed_with_the_nearest_names(workshop: Workshop) -> None:
    workshop.survey(
        "plain",
        [
            column("gewicht", "weight"),
            column("q1", "item", answers="agree5"),
            column("leeftijd", "control"),
        ],
        undeclared_columns="ignore",
    )
    error = refused(workshop, workshop.file("d.csv", "q1,gewichten,x\n5,1,1\n"))
    assert "2 columns of the codebook are not in this file" in str(error)
    assert "gewicht, delivered as 'gewicht' (nearest in the file: 'gewichten')" in str(error)
    assert "leeftijd, delivered as 'leeftijd'" in str(error)


def test_undeclared_columns_are_all_listed(workshop: Workshop) -> None:
    file = workshop.file("d.csv", HEADER + ",extra,more\n" + GOOD + ",1,2\n")
    error = refused(workshop, file)
    assert "2 columns of this file are not in the codebook: 'extra', 'more'" in str(error)


def test_a_column_of_another_wave_is_named_as_such(workshop: Workshop) -> None:
    workshop.survey("plain", [column("a", "control"), column("b", "control", waves=["2020"])])
    error = refused(workshop, workshop.file("d.csv", "a,b\n1,2\n"))
    assert "not asked in wave 2024: 'b'" in str(error)


def test_a_file_that_changes_while_it_is_read_is_refused(workshop: Workshop) -> None:
    file = workshop.csv(GOOD)

    def touch(step: str, _share: float | None) -> None:
        if step == "reading the file":
            file.write_text(file.read_text() + "2,1,a,5,Eens,40,\n")

    error = refused(workshop, file, on_progress=touch)
    assert "changed while it was read" in str(error)
    assert error.exit_code == 2


def test_a_contradictory_codebook_is_refused_before_anything_is_read(workshop: Workshop) -> None:
    workshop.survey("plain", [column("q", "item", answers="no_such_set")])
    error = refused(workshop, workshop.folder / "not even there.csv")
    assert "contradicts itself" in str(error)


def test_a_full_disk_can_be_repeated(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    file = workshop.csv(GOOD)
    with monkeypatch.context() as patched:
        patched.setattr(zone, "fsync", full)
        error = refused(workshop, file)
    assert isinstance(error, OutsideError)
    assert error.exit_code == 3
    assert "The disk is full" in str(error)
    assert workshop.land(file).status == "landed"


def test_a_disk_that_fills_up_in_the_middle_can_be_repeated(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any) -> None:
        raise duckdb.TransactionException(
            'Failed to commit: Could not write file "x": No space left on device'
        )

    file = workshop.csv(GOOD)
    with monkeypatch.context() as patched:
        patched.setattr(Rows, "write_responses", full)
        error = refused(workshop, file)
    assert error.exit_code == 3
    assert "The disk is full" in str(error)
    assert workshop.land(file).status == "landed"


def test_a_zone_that_may_not_be_written_says_so(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_args: Any, **_options: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(workshop.project.landing))

    file = workshop.csv(GOOD)
    monkeypatch.setattr(type(file), "mkdir", deny)
    error = refused(workshop, file)
    assert error.exit_code == 3
    assert "landing zone cannot be written" in str(error)


def test_a_setting_that_is_no_share_is_refused(workshop: Workshop) -> None:
    (workshop.project.root / "dbt_project.yml").write_text("vars:\n  landing: {maximum_rejected_share: 5%}\n")
    assert "maximum_rejected_share is '5%'" in str(refused(workshop, workshop.csv(GOOD))).replace("`", "")


def test_all_rows_rejected_is_no_delivery(workshop: Workshop) -> None:
    assert "All 1 rows break a rule" in str(refused(workshop, workshop.csv(",1,a,5,Eens,40,")))


HEADER_CLASHES: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "two headers, one column": (
        [column("q1", "control")],
        "q1,Q1\n1,2\n",
        "column 'q1' could be 'q1', 'Q1'",
    ),
    "one header, two columns": (
        [
            column("a", "control", "How are you today?"),
            column("b", "control", "How are you today?"),
        ],
        "How are you today?\n1\n",
        "header 'How are you today?' could be 'a', 'b'",
    ),
}


@pytest.mark.parametrize("case", HEADER_CLASHES)
def test_ambiguous_headers_are_refused(workshop: Workshop, case: str) -> None:
    columns, content, message = HEADER_CLASHES[case]
    workshop.survey("plain", columns)
    assert message in str(refused(workshop, workshop.file("d.csv", content)))
