"""What Dagster loads, by `dagster dev -m werkpeil.orchestration.definitions`."""

import os
from pathlib import Path

from werkpeil.orchestration.assets import define
from werkpeil.project import Project

INBOX = "WERKPEIL_INBOX"

_inbox = os.environ.get(INBOX)
defs = define(Project.find(), Path(_inbox) if _inbox else None)
