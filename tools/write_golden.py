"""Write the golden copies anew: `make golden`. Review their diff like code; say in the commit what moves."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "python"))

from support.golden import write_golden
from support.projects import make_project
from werkpeil.building import build
from werkpeil.cli.demo import bundled_waves
from werkpeil.landing import land


def main() -> None:
    """Build the golden survey in a temporary project and write its marts."""
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder), bundled=("fevs",))
        for survey_id, wave_id, path in bundled_waves(project):
            if survey_id == "fevs":
                land(project, path, survey_id, wave_id)
        build(project)
        for path in write_golden(project):
            sys.stdout.write(f"wrote {path}\n")


if __name__ == "__main__":
    main()
