"""Let tests import the benchmark, which is no part of the package."""

from __future__ import annotations

import sys

from support.projects import ROOT

sys.path.insert(0, str(ROOT))
