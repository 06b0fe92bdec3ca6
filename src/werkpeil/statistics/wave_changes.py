"""Changes between two waves of a survey, with the covariance of the people who are in both.

The variance of a change is that of both waves less twice their covariance. Each wave's estimate is
linear in the residuals of its sampling units, `z = w (y - estimate)`, 0 for a unit outside the group.
Taken off the mean of its stratum and scaled, a wave's residuals are a vector whose squared length is the
wave's variance (Taylor linearisation, as in `models/estimates/estimates.sql`):

    v = sqrt((1 - f) n / (n - 1)) (z - mean of z) / sum of w

The covariance is the inner product of the vectors of both waves over the units that are in both. So no
change has a negative variance, everybody in both waves gives the variance of the paired differences, and
nobody in both gives the plain sum. Where the populations are known, units that two independent samples
share by chance add nothing (Tam 1984).

Sources: Kish (1965), *Survey Sampling*, section 12.4; Tam (1984), The American Statistician 38, 288-289;
Qualite and Tille (2008), Survey Methodology 34, 173-181; Berger and Priam (2016), Journal of the Royal
Statistical Society A 179, 251-272.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from werkpeil.statistics.adjustment import benjamini_hochberg

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVEL = 0.95
# A variance this much smaller than those of the two waves is what rounding leaves of nothing.
ROUNDING = 1e-12

KEYS = ["survey_id", "wave_id", "previous_wave_id", "variable_id", "cut_id", "group_id", "measure"]
FAMILY = ["survey_id", "wave_id", "previous_wave_id", "measure", "theme_id", "cut_id", "is_scale"]
# Why two estimates are shown and no change between them is.
NOT_COMPARABLE = ("not_asked", "not_asked_before", "reworded", "items_changed", "items_reworded")

WHOLES = ["n", "n_overlap"]
NUMBERS = ["change", "std_error", "covariance", "ci_lower", "ci_upper", "statistic", "df"]
NUMBERS += ["p_value", "q_value"]


def overlap_covariances(sums: pd.DataFrame) -> pd.DataFrame:
    """Return the covariance of the estimates of two waves.

    Args:
        sums: `int_overlap_summed`: per change, stratum of the later and stratum of the earlier wave, sums
            over the sampling units that are in both. `sum_zz`, `sum_z` and `sum_previous_z` are sums of
            products and of residuals of `n_linked` units, in weighted points; `total` and `previous_total`
            the sums of residuals of all units of the stratum in the group, `unit_count` the stratum's units
            outside the group too, `sum_w` the weights of the group, `unsampled_share` 1 - f. What begins
            with `previous_` is of the earlier wave.

    Returns:
        One row per change: the keys, `covariance` in squared points, `n_overlap` (respondents in the group in
        both waves), `df_overlap` (units in both less the strata they are in).
    """
    n, earlier_n = (_floats(sums, name) for name in ("unit_count", "previous_unit_count"))
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt(n / (n - 1) * earlier_n / (earlier_n - 1))
        mean, earlier_mean = _floats(sums, "total") / n, _floats(sums, "previous_total") / earlier_n
        weights = _floats(sums, "sum_w") * _floats(sums, "previous_sum_w")
        product = (
            _floats(sums, "sum_zz")
            - mean * _floats(sums, "sum_previous_z")
            - earlier_mean * _floats(sums, "sum_z")
            + _floats(sums, "n_linked") * mean * earlier_mean
        )
        covariance = scale * shared_beyond_chance(sums) * product / weights
    units = _floats(sums, "units_both")
    summed = sums[KEYS].assign(
        # A stratum with one unit, or a group without weight, has no variance either; its change says why.
        covariance=np.where(np.isfinite(covariance), covariance, 0.0),
        n_overlap=_floats(sums, "n_both"),
        df_overlap=np.where(units > 0, units - 1, 0.0),
    )
    return summed.groupby(KEYS, as_index=False, sort=False)[["covariance", "n_overlap", "df_overlap"]].sum()


def shared_beyond_chance(sums: pd.DataFrame) -> Floats:
    """Return how much of the products of linked units counts, by stratum of both waves.

    Samples of n and m units, drawn independently from a population of N, share n m / N units, whose
    covariance the finite population cancels: of `n_linked` units the share `1 - n m / (N n_linked)` counts,
    0 at the least. For a panel, n = m = n_linked, that is 1 - f. N is the larger of both populations, and
    without bound where one is unknown.

    Args:
        sums: As of `overlap_covariances`.

    Returns:
        Shape (k,), between 0 and the geometric mean of both unsampled shares.
    """
    n, earlier_n = (_floats(sums, name) for name in ("unit_count", "previous_unit_count"))
    unsampled, earlier_unsampled = (
        _floats(sums, name) for name in ("unsampled_share", "previous_unsampled_share")
    )
    known = (sums["has_population"] & sums["previous_has_population"]).to_numpy(dtype=bool)
    linked = _floats(sums, "n_linked")
    with np.errstate(divide="ignore", invalid="ignore"):
        population = np.fmax(n / (1 - unsampled), earlier_n / (1 - earlier_unsampled))
        beyond = np.where(known & (linked > 0), 1 - n * earlier_n / (population * linked), 1.0)
    return np.asarray(np.clip(beyond, 0.0, np.sqrt(unsampled * earlier_unsampled)))


def compare_waves(changes: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Test the change between the estimates of two waves.

    Args:
        changes: `int_wave_changes`: the keys, and per change `estimate`, `std_error`,
            `degrees_of_freedom` and `wave_n` of the later wave, the same of the earlier (`previous_`),
            `kind`, `theme_id`, and `null_reason` where the two are not comparable or one of them is unknown.
        sums: `int_overlap_summed`; empty where the waves share nobody.

    Returns:
        One row per change: the keys, `n` (people behind it, each counted once), `n_overlap`, `change` (later
        less earlier), `std_error`, `covariance`, 95 % interval, t `statistic`, `df`, two-sided `p_value`,
        `q_value` (adjusted within survey, pair of waves, measure, theme and cut; scales apart) and
        `null_reason`. A change is NaN where the waves may not be compared; its error is NaN, never 0, with a
        reason.
    """
    paired = changes.merge(overlap_covariances(sums), on=KEYS, how="left", validate="one_to_one")
    reason = paired["null_reason"].astype(object).where(paired["null_reason"].notna(), None).to_numpy()
    is_comparable = ~np.isin(reason.astype(str), NOT_COMPARABLE)
    covariance, shared = (np.nan_to_num(_floats(paired, name)) for name in ("covariance", "df_overlap"))

    change = np.where(
        is_comparable, _floats(paired, "estimate") - _floats(paired, "previous_estimate"), np.nan
    )
    plain = np.square(_floats(paired, "std_error")) + np.square(_floats(paired, "previous_std_error"))
    variance = plain - 2 * covariance
    df = _floats(paired, "degrees_of_freedom") + _floats(paired, "previous_degrees_of_freedom") - shared
    reason = np.where((reason == None) & (variance <= ROUNDING * plain), "no_variance", reason)  # noqa: E711 - elementwise
    reason = np.where((reason == None) & ~(df >= 1), "too_few_respondents", reason)  # noqa: E711 - elementwise
    is_tested = reason == None  # noqa: E711 - elementwise

    std_error = np.sqrt(np.where(is_tested, variance, np.nan))
    df = np.where(is_tested, df, np.nan)
    statistic = change / std_error
    width = stats.t.ppf(1 - (1 - LEVEL) / 2, df) * std_error
    overlap = np.nan_to_num(_floats(paired, "n_overlap"))
    p_value = 2 * stats.t.sf(np.abs(statistic), df)
    found = paired[KEYS].assign(
        n=_floats(paired, "wave_n") + _floats(paired, "previous_n") - overlap,
        n_overlap=overlap,
        change=change,
        std_error=std_error,
        covariance=np.where(is_tested, covariance, np.nan),
        ci_lower=change - width,
        ci_upper=change + width,
        statistic=statistic,
        df=df,
        p_value=p_value,
        q_value=benjamini_hochberg(p_value, _families(paired)),
        null_reason=reason,
    )
    # Named types, because an empty frame would otherwise reach the database without any.
    types = dict.fromkeys([*KEYS, "null_reason"], "string") | dict.fromkeys(WHOLES, "Int64")
    return found.astype(types | dict.fromkeys(NUMBERS, "float64"))


def _families(paired: pd.DataFrame) -> NDArray[np.int64]:
    """Number the family of each change; a scale has no theme, and is no item without one either."""
    families = paired.assign(is_scale=paired["kind"] == "scale").groupby(FAMILY, dropna=False, sort=False)
    return np.asarray(families.ngroup(), dtype=np.int64)


def _floats(frame: pd.DataFrame, column: str) -> Floats:
    return frame[column].to_numpy(dtype=float, na_value=np.nan)
