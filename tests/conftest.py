"""Let every test import what tests share, and let drawn examples be the same in every CI run."""

import os
import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent / "python"))

# A busy machine takes its time. CI repeats the same examples; people and `make test` elsewhere explore.
settings.register_profile("explore", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "explore")
