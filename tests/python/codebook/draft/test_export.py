"""Codebooks for others: what they say, that it can be read back, and that no answer of anybody is in them."""

from __future__ import annotations

import csv
import gzip
import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from csvw import CSVW, TableGroup
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from support.projects import ROOT
from werkpeil.codebook import load_codebook
from werkpeil.codebook.draft.facts import ColumnFacts
from werkpeil.codebook.export import ddi, export_codebook
from werkpeil.errors import InputError, OutsideError
from werkpeil.markup import read_xml
from werkpeil.project import Project

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from support.drafting import Drafts
    from werkpeil.codebook import Codebook

HERE = Project(ROOT, ROOT / "data")
SURVEYS = ("fevs", "werkonderzoek", "per")
FEVS = ROOT / "examples" / "fevs" / "2018" / "fevs2018_subset_10agencies.csv.gz"

# Children of each element that is written, in the order in which DDI-Codebook 2.5's schema wants them.
ORDER = {
    "codeBook": ("docDscr", "stdyDscr", "fileDscr", "dataDscr", "otherMat"),
    "docDscr": ("citation", "guide", "docStatus", "docSrc", "controlledVocabUsed", "notes"),
    "stdyDscr": (
        "citation",
        "studyAuthorization",
        "stdyInfo",
        "studyDevelopment",
        "method",
        "dataAccs",
        "notes",
    ),
    "citation": (
        "titlStmt",
        "rspStmt",
        "prodStmt",
        "distStmt",
        "serStmt",
        "verStmt",
        "biblCit",
        "holdings",
        "notes",
    ),
    "titlStmt": ("titl", "subTitl", "altTitl", "parTitl", "IDNo"),
    "prodStmt": ("producer", "copyright", "prodDate", "prodPlac", "software", "fundAg", "grantNo"),
    "stdyInfo": ("studyBudget", "subject", "abstract", "sumDscr", "qualityStatement", "notes"),
    "sumDscr": ("timePrd", "collDate", "nation", "geogCover", "geogUnit", "anlyUnit", "universe", "dataKind"),
    "method": ("dataColl", "notes", "anlyInfo", "stdyClas"),
    "dataColl": ("timeMeth", "dataCollector", "frequenc", "sampProc", "weight"),
    "dataAccs": ("setAvail", "useStmt", "notes"),
    "useStmt": (
        "confDec",
        "specPerm",
        "restrctn",
        "contact",
        "citReq",
        "deposReq",
        "conditions",
        "disclaimer",
    ),
    "fileDscr": ("fileTxt", "locMap", "notes"),
    "fileTxt": ("fileName", "fileCont"),
    "dataDscr": ("varGrp", "nCubeGrp", "var", "nCube", "notes"),
    "varGrp": ("labl", "txt", "concept", "defntn", "universe", "notes"),
    "var": (
        *("location", "labl", "imputation", "security", "embargo", "respUnit", "anlysUnit", "qstn", "valrng"),
        *(
            "invalrng",
            "undocCod",
            "universe",
            "TotlResp",
            "sumStat",
            "txt",
            "stdCatgry",
            "catgryGrp",
            "catgry",
        ),
        *("codInstr", "verStmt", "concept", "derivation", "varFormat", "geoMap", "catLevel", "notes"),
    ),
    "qstn": ("preQTxt", "qstnLit", "postQTxt", "forward", "backward", "ivuInstr"),
    "valrng": ("item", "range", "key", "notes"),
    "invalrng": ("item", "range", "key", "notes"),
    "catgryGrp": ("labl", "catStat", "txt"),
    "catgry": ("catValu", "labl", "txt", "catStat", "mrow"),
}


def faults_of_order(element: Element) -> list[str]:
    """Return which children of an element are unknown to the schema or stand in the wrong order."""
    found = []
    for parent in element.iter():
        known = ORDER.get(parent.tag, ())
        tags = [child.tag for child in parent]
        unknown = [tag for tag in tags if tag not in known]
        if unknown or [known.index(tag) for tag in tags] != sorted(known.index(tag) for tag in tags):
            found.append(f"{parent.tag}: {tags}")
    return found


def facts(codebook: Codebook) -> dict[str, Any]:
    """Return what a codebook says, apart from the names of its survey and answer sets and their order."""
    columns = {
        column.name: (
            column.model_dump(exclude={"answers"}),
            [answer.model_dump(exclude={"answer_set_id"}) for answer in codebook.answers_of(column)],
        )
        for column in codebook.columns
    }
    seeds = {
        seed: [row.model_dump(exclude={"survey_id"}) for row in getattr(codebook, seed)]
        for seed in ("scales", "themes", "cuts", "flows")
    }
    keys = ("label_nl", "label_en", "universe_nl", "universe_en", "source", "licence", "design_note", "waves")
    return {"columns": columns, **seeds, **{key: getattr(codebook, key) for key in (*keys, "description")}}


@pytest.mark.parametrize("survey", SURVEYS)
def test_ddi_has_every_element_where_the_schema_wants_it(tmp_path: Path, survey: str) -> None:
    [file] = export_codebook(HERE, survey, "ddi", tmp_path / "codebook.xml")
    assert fromstring(file.read_bytes()).tag == "{ddi:codebook:2_5}codeBook"
    root = read_xml(file)
    assert faults_of_order(root) == []
    ids = [element.get("ID") for element in root.iter() if element.get("ID")]
    assert len(ids) == len(set(ids))
    references = {
        name
        for each in root.iter()
        for key in ("var", "catgry", "files")
        for name in each.get(key, "").split()
    }
    assert references <= set(ids)
    names = [variable.get("name") for variable in root.iter("var")]
    assert names == [column.name for column in load_codebook(HERE, survey).columns]


def test_the_judge_of_ddi_sees_what_is_out_of_order() -> None:
    wrong = fromstring("<var><catgry><labl/><catValu/></catgry><labl/><nosuch/></var>")
    assert len(faults_of_order(wrong)) == 2


def test_a_codebook_comes_back_from_ddi_as_it_was(drafts: Drafts, tmp_path: Path) -> None:
    [file] = export_codebook(HERE, "fevs", "ddi", tmp_path / "fevs.xml")
    drafts.of(FEVS, "again", "en", codebook=file)
    assert facts(drafts.codebook) == facts(load_codebook(HERE, "fevs"))


def test_without_our_own_notes_ddi_still_tells_what_the_standard_can(drafts: Drafts, tmp_path: Path) -> None:
    [file] = export_codebook(HERE, "fevs", "ddi", tmp_path / "fevs.xml")
    lines = file.read_text(encoding="utf-8").splitlines()
    plain = drafts.folder / "plain.xml"
    plain.write_text("\n".join(line for line in lines if 'type="werkpeil"' not in line))
    book = load_codebook(HERE, "fevs")
    names = {name.casefold(): column.name for column in book.columns for name in column.delivered_as}
    with gzip.open(FEVS, "rt", encoding="utf-8") as stream:
        header, *rows = stream.read().splitlines()[:400]
    renamed = ",".join(names.get(name.casefold(), name) for name in header.split(","))
    drafts.of(drafts.file(renamed, rows), "again", "en", codebook=plain)
    items = [column for column in book.columns if column.name.startswith("q")]
    assert len(items) == 71
    for item in items:
        drafted = drafts.column(item.name)
        assert drafted.role == ("item",)
        assert drafted.description == item.description
        found = {
            (a.answer_code, a.label_nl, a.label_en, a.score) for a in drafts.codebook.answers_of(drafted)
        }
        assert found == {(a.answer_code, a.label_nl, a.label_en, a.score) for a in book.answers_of(item)}
    assert drafts.role("weight") == "weight"
    assert drafts.column("sex").description == "Are you:"


def test_a_note_that_was_tampered_with_is_refused(drafts: Drafts, tmp_path: Path) -> None:
    [file] = export_codebook(HERE, "fevs", "ddi", tmp_path / "fevs.xml")
    file.write_text(file.read_text().replace('"role":["weight"]', '"role":["nosuch"]'))
    with pytest.raises(InputError, match="note of Werkpeil in the codebook cannot be read"):
        drafts.of(FEVS, "again", "en", codebook=file)


def test_csvw_refers_to_code_lists_that_are_there(tmp_path: Path) -> None:
    files = export_codebook(HERE, "per", "csvw", tmp_path / "per")
    described = json.loads((tmp_path / "per" / "csv-metadata.json").read_text(encoding="utf-8"))
    assert described["@context"] == ["http://www.w3.org/ns/csvw", {"@language": "nl"}]
    survey, *lists = described["tables"]
    columns = {column["name"]: column for column in survey["tableSchema"]["columns"]}
    book = load_codebook(HERE, "per")
    kept = {c.name for c in book.columns if not {"ignored", "open_text", "wave"} & set(c.role)}
    assert set(columns) == {"wave_id", *kept}
    assert columns["q12_10"]["titles"].keys() == {"nl", "en"}
    urls = {table["url"] for table in lists}
    keys = survey["tableSchema"]["foreignKeys"]
    assert {key["reference"]["resource"] for key in keys} == urls
    assert {key["columnReference"] for key in keys} == {
        c.name for c in book.columns if c.answers and c.name in kept
    }
    assert {str(file.relative_to(tmp_path / "per")) for file in files} == {"csv-metadata.json", *urls}
    for table in lists:
        with (tmp_path / "per" / table["url"]).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert list(rows[0]) == [column["name"] for column in table["tableSchema"]["columns"]]
        codes = [int(row["answer_code"]) for row in rows]
        assert len(codes) == len(set(codes))
        # A reason why there is no answer is a code too, so the reference holds in every row.
        assert min(codes) == -6


@pytest.mark.parametrize("survey", SURVEYS)
def test_csvw_is_valid_and_a_row_of_codes_fits_it(tmp_path: Path, survey: str) -> None:
    export_codebook(HERE, survey, "csvw", tmp_path)
    metadata = tmp_path / "csv-metadata.json"
    table = TableGroup.from_file(metadata).tables[0]
    # Somebody who skipped every question: the reason is a code of every list.
    values = {"integer": "-2", "number": "1.5", "string": "x"}
    columns = table.tableSchema.columns
    with (tmp_path / f"{survey}.csv").open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(column.name for column in columns)
        rows.writerow(values[column.inherit("datatype").base] for column in columns)
    described = CSVW(str(metadata), validate=True)
    assert described.is_valid, described.warnings
    assert TableGroup.from_file(metadata).check_referential_integrity()


class Page(HTMLParser):
    """What is in a page: tags that are open at the end, ids, links, languages and the text of each."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        named = dict(attributes)
        self.ids.add(named.get("id") or "")
        self.links.add((named.get("href") or "").removeprefix("#"))
        if tag not in {"meta", "input", "br", "link"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("survey", SURVEYS)
def test_the_page_tells_every_question_in_both_languages_and_loads_nothing(
    tmp_path: Path, survey: str
) -> None:
    [file] = export_codebook(HERE, survey, "html", tmp_path / "codebook.html")
    content = file.read_text(encoding="utf-8")
    found = Page()
    found.feed(content)
    book = load_codebook(HERE, survey)
    assert found.open == []
    assert "script" not in found.tags
    assert "default-src 'none'" in content
    assert {column.name for column in book.columns} <= found.ids
    assert found.links <= found.ids
    for column in book.columns:
        assert " ".join(column.description.split()) in " ".join(found.text.split())
    for words in ("Vragen en kolommen", "Questions and columns", book.label_nl, book.label_en):
        assert words in found.text


def test_texts_of_a_codebook_are_no_markup(drafts: Drafts, tmp_path: Path) -> None:
    drafts.of_rows('id,"<script>alert(1)</script>"', [f"{n},{n % 5 + 1}" for n in range(30)])
    [page] = export_codebook(drafts.project, "nieuw", "html", tmp_path / "page.html")
    assert "<script" not in page.read_text()
    [xml] = export_codebook(drafts.project, "nieuw", "ddi", tmp_path / "codebook.xml")
    assert "<script>alert(1)</script>" in [each.text for each in read_xml(xml).iter("qstnLit")]


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["nl", "en"]))
def test_whatever_a_codebook_says_its_xml_can_be_read(question: str, label: str, language: str) -> None:
    book = load_codebook(HERE, "fevs").model_copy(update={"language": language, "licence": label})
    column = book.columns[-1].model_copy(update={"description": question, "label_nl": label})
    root = fromstring(ddi.render(book.model_copy(update={"columns": (column,)})).encode())
    notes = [element.text or "" for element in root.iter("{ddi:codebook:2_5}notes")]
    told = [ColumnFacts.model_validate_json(note) for note in notes if '"column"' in note]
    assert [each.column for each in told] == [column]


def test_what_people_wrote_is_in_no_codebook(drafts: Drafts, tmp_path: Path) -> None:
    rows = [f"{n},{n % 5 + 1},Vrije tekst {n} van iemand" for n in range(60)]
    drafts.of_rows("id,q1,uitleg", rows)
    for file_format in ("ddi", "html", "csvw"):
        for file in export_codebook(drafts.project, "nieuw", file_format, tmp_path / file_format):
            assert "Vrije tekst" not in file.read_text()


def test_a_format_or_a_place_that_cannot_be_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no format of codebooks"):
        export_codebook(HERE, "fevs", "pdf", tmp_path / "x")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutsideError, match="cannot be written"):
        export_codebook(HERE, "fevs", "csvw", tmp_path / "file")
    with pytest.raises(InputError, match="no survey 'nosuch'"):
        export_codebook(HERE, "nosuch", "html", tmp_path / "x")
