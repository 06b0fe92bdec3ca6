"""What a result follows from, as a short text: equal as long as neither its inputs nor its code changed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def built_waves(dbt: Any, session: Any) -> pd.DataFrame | None:
    """Return survey_id, wave_id and fingerprint of what an incremental Python model holds.

    Args:
        dbt: What dbt hands to the model.
        session: Likewise.

    Returns:
        One row per wave; None where there is nothing to go on from: no table yet, or one of a version of the
        project in which the model had no fingerprints.
    """
    if not dbt.is_incremental:
        return None
    form = session.sql(f"select * from {dbt.this} where 1 = 0").df()
    if "fingerprint" not in form.columns:
        return None
    found: pd.DataFrame = session.sql(f"select distinct survey_id, wave_id, fingerprint from {dbt.this}").df()
    return found


def waves_in(relation: Any) -> list[tuple[str, str, str]]:
    """Return survey_id, wave_id and fingerprint of the waves that a relation has rows of, in their order."""
    found = relation.project("survey_id, wave_id, fingerprint").distinct().df()
    return sorted(found.itertuples(index=False, name=None))


def of_code(files: Iterable[Path], *versions: str) -> str:
    """Return a digest of some files, and of the versions of what they use."""
    digest = hashlib.md5("\n".join(versions).encode(), usedforsecurity=False)
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def of_frames(code: str, frames: Iterable[pd.DataFrame]) -> str:
    """Return a digest of tables, in whichever order each has its rows, and of the code that reads them."""
    digest = hashlib.md5(code.encode(), usedforsecurity=False)
    for frame in frames:
        digest.update(",".join(map(str, frame.columns)).encode())
        rows = pd.util.hash_pandas_object(frame, index=False).to_numpy(copy=True)
        rows.sort()
        digest.update(rows.tobytes())
    return digest.hexdigest()
