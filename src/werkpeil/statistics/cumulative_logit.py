"""The logit of a 0/1 outcome and the proportional odds model of an ordered one, from distinct rows.

Both are one model: `P(y <= c) = F(threshold_c - x b)` with F the logistic distribution; with two answers the
only threshold is minus the constant of the logit. Rows that agree in outcome and terms add to the likelihood
alike, so it is exact to fit the distinct ones with the number of people (or the sum of weights) behind each.

Sources: McCullagh (1980), JRSS B 42, 109-142, for the model; Pratt (1981), JASA 76, 103-106, for its concave
likelihood, by which a search that does not end means that there is no finite maximum; Binder (1983),
International Statistical Review 51, 279-292, for weights and the design; Bartus (2005), Stata Journal 5,
309-329, for average marginal effects.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg
from scipy.special import expit, logit

from werkpeil.statistics.coded import CHUNK, CodedMatrix, chunks
from werkpeil.statistics.regression import MAXIMUM_CONDITION

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAXIMUM_STEPS = 40
# Steps double their digits near the maximum: after one of this size nothing is left to gain.
TOLERANCE = 1e-9
# Rows of the fit that a search begins with.
SAMPLE = CHUNK


@dataclass(frozen=True)
class Link:
    """What a few rows say at some parameters.

    Attributes:
        log_likelihood: `log P(y)` per row, shape (m,).
        upper: Its first derivative with respect to `threshold_y - x b`, shape (m,).
        lower: The same for `threshold_(y-1) - x b`.
        upper_upper: Second derivatives, likewise.
        lower_lower: Likewise.
        upper_lower: Likewise.
    """

    log_likelihood: NDArray[np.float64]
    upper: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper_upper: NDArray[np.float64]
    lower_lower: NDArray[np.float64]
    upper_lower: NDArray[np.float64]


@dataclass(frozen=True)
class CategoryFit:
    """A fitted model of k categories and p terms; parameters are the k - 1 thresholds, then the terms.

    Attributes:
        categories: The outcome's scores that occur, ascending, shape (k,).
        parameters: Thresholds and coefficients in log odds, shape (k - 1 + p,).
        bread: Inverse of minus the second derivatives of the log-likelihood, same shape squared.
        log_likelihood: At the maximum.
        null_log_likelihood: Of the thresholds alone.
        null_reason: Why there is no fit: `nobody_answered`, `too_few_respondents`, `zero_weight`,
            `no_variance` (of a term, or one answer only), `collinear`, `separated` (the terms tell some
            answers apart without error, and the likelihood has no finite maximum); None where there is one.
    """

    categories: NDArray[np.float64]
    parameters: NDArray[np.float64]
    bread: NDArray[np.float64]
    log_likelihood: float = np.nan
    null_log_likelihood: float = np.nan
    null_reason: str | None = None

    @property
    def pseudo_r_squared(self) -> float:
        """McFadden's: 1 less the ratio of the log-likelihoods."""
        return 1 - self.log_likelihood / self.null_log_likelihood


def fit_categories(
    y: NDArray[np.float64], x: NDArray[np.float64] | CodedMatrix, weight: NDArray[np.float64], n: int
) -> CategoryFit:
    """Fit the model on terms of mean 0 and variance 1: a logit by statsmodels, others by Newton's method.

    The ordered model of statsmodels takes no weights. Newton's method has the last word on a logit too: from
    a maximum it takes one step, and from where a search went astray it says that there is none. Of many rows
    statsmodels, which copies them, is given the first ones.

    Args:
        y: The outcome's score of each distinct row, shape (m,).
        x: Its terms, m rows of p columns, without a constant.
        weight: People or sum of weights behind it, shape (m,); rows of weight 0 are left out.
        n: Respondents behind all rows.

    Returns:
        The fit, or the reason why there is none.
    """
    counted = weight > 0
    y, terms, weight = y[counted], CodedMatrix.of(x).kept(counted), weight[counted]
    categories, places = np.unique(y, return_inverse=True)
    k, p = len(categories), terms.column_count
    reason = _obstacle(terms, weight, n, k)
    if reason is not None:
        return no_fit(reason, p, categories)
    mean, spread = terms.mean_and_spread(weight)
    scaled, share = terms.standardised(mean, spread), weight / weight.sum()
    alone = np.concatenate([logit(np.cumsum(np.bincount(places, share, k))[:-1]), np.zeros(p)])
    start = alone
    if k == 2:
        start = _higher(alone, _logit(places, scaled, share), places, scaled, share)
    found = _maximum(start, places, scaled, share)
    if found is None:
        return no_fit("separated", p, categories)
    parameters, hessian = found
    # Thresholds and coefficients in the terms' own units: `threshold + mean b / spread` and `b / spread`.
    back = np.eye(k - 1 + p)
    back[k - 1 :, k - 1 :] = np.diag(1 / spread)
    back[: k - 1, k - 1 :] = mean / spread
    chosen = back @ parameters
    return CategoryFit(
        categories=categories,
        parameters=chosen,
        bread=back @ linalg.inv(-hessian) @ back.T / weight.sum(),
        log_likelihood=_log_likelihood(chosen, places, terms, weight),
        null_log_likelihood=_log_likelihood(alone, places, scaled, weight),
    )


def no_fit(reason: str, p: int, categories: NDArray[np.float64] | None = None) -> CategoryFit:
    """Return an empty fit with its reason, for p terms; two categories where none is known."""
    known = np.array([]) if categories is None else categories
    size = max(len(known) - 1, 1) + p
    return CategoryFit(known, np.full(size, np.nan), np.full((size, size), np.nan), null_reason=reason)


def scores(fit: CategoryFit, y: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the derivatives of each row's log-likelihood at the fit, shape (m, k - 1 + p).

    Args:
        fit: A fit that exists.
        y: Scores of the outcome that occur in the fit, shape (m,).
        x: Terms, shape (m, p).
    """
    places = np.searchsorted(fit.categories, y)
    link = _link(fit.parameters, places, x)
    k = len(fit.categories)
    rows = np.arange(len(y))
    # One column more at each side for the ends, which are at infinity and no parameters.
    thresholds = np.zeros((len(y), k + 1))
    thresholds[rows, places + 1] += link.upper
    thresholds[rows, places] += link.lower
    return np.column_stack([thresholds[:, 1:k], -(link.upper + link.lower)[:, None] * x])


def average_marginal_effects(
    fit: CategoryFit,
    x: NDArray[np.float64] | CodedMatrix,
    weight: NDArray[np.float64],
    covariance: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the average marginal effects of a fit with two categories, with delta-method standard errors.

    An effect is the mean over people of the derivative of `P(y = 1)`, in points of probability per unit of
    the term, for 0/1 terms as for others: it stands beside the coefficient of a linear model. The errors hold
    for people with these terms; that their terms are a sample too is left out.

    Args:
        fit: A fit with one threshold, shape (1 + p,).
        x: Terms of the rows, m of p columns.
        weight: People or sum of weights behind each, shape (m,).
        covariance: Of the parameters, shape (1 + p, 1 + p), classical or design-based.

    Returns:
        Effects and standard errors, shape (p,) each.
    """
    b = fit.parameters[1:]
    size = weight.sum()
    steepness, mean_bend = 0.0, np.zeros(len(b) + 1)
    for part in chunks(len(weight)):
        own, w = x[part], weight[part] / size
        share = expit(own @ b - fit.parameters[0])
        slope = share * (1 - share)
        bend = w * slope * (1 - 2 * share)
        steepness += float(w @ slope)
        # Derivatives of the linear predictor: -1 for the threshold, x for the terms.
        mean_bend += np.concatenate([[-bend.sum()], bend @ own])
    jacobian = np.outer(b, mean_bend)
    jacobian[:, 1:] += steepness * np.eye(len(b))
    variances = np.diag(jacobian @ covariance @ jacobian.T)
    return steepness * b, np.sqrt(variances)


def _obstacle(x: CodedMatrix, weight: NDArray[np.float64], n: int, k: int) -> str | None:
    """Return why rows with weight, of k categories, cannot be fitted, before trying."""
    p = x.column_count
    if n < p + max(k, 2):
        return "too_few_respondents" if n else "nobody_answered"
    if k == 0:
        return "zero_weight"
    mean, spread = x.mean_and_spread(weight)
    if k == 1 or not np.all(spread > 1e-6 * np.maximum(1.0, np.abs(mean))):
        return "no_variance"
    scaled, correlations = x.standardised(mean, spread), np.zeros((p, p))
    for part in chunks(len(weight)):
        own = scaled[part]
        correlations += (own * weight[part, None]).T @ own / weight.sum()
    return None if not p or np.linalg.cond(correlations) < MAXIMUM_CONDITION else "collinear"


def _logit(places: NDArray[np.intp], x: CodedMatrix, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return threshold and coefficients of a logit of the first rows; anything, if there is no maximum."""
    import statsmodels.api as sm  # noqa: PLC0415 - 40 MB and a second, for surveys that have a logit alone

    first = slice(0, SAMPLE)
    exogenous = sm.add_constant(x[first], has_constant="add")
    with warnings.catch_warnings():
        # That a search found no maximum is told by what follows.
        warnings.simplefilter("ignore")
        model = sm.GLM(places[first], exogenous, sm.families.Binomial(), freq_weights=weight[first])
        found = model.fit(tol=TOLERANCE, tol_criterion="params", maxiter=MAXIMUM_STEPS)
    return np.concatenate([-found.params[:1], found.params[1:]])


def _higher(
    known: NDArray[np.float64],
    found: NDArray[np.float64],
    places: NDArray[np.intp],
    x: CodedMatrix,
    weight: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return what was found, unless it was found from some rows and all make what was known likelier."""
    if len(places) <= SAMPLE:
        return found
    heights = [_log_likelihood(parameters, places, x, weight) for parameters in (known, found)]
    return found if heights[1] > heights[0] else known


def _maximum(
    start: NDArray[np.float64], places: NDArray[np.intp], x: CodedMatrix, weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return the parameters at the maximum and the second derivatives there; None if there is none."""
    parameters = start
    height, gradient, hessian = _derivatives(parameters, places, x, weight)
    for _ in range(MAXIMUM_STEPS):
        if not np.isfinite(hessian).all():
            return None
        try:
            step = linalg.cho_solve(linalg.cho_factor(-hessian), gradient)
        except linalg.LinAlgError:
            return None
        if np.abs(step).max() < TOLERANCE:
            return parameters + step, hessian
        size = 1.0
        # Half a step where a whole one leads down; rounding is no descent.
        while size > TOLERANCE:
            reached = _derivatives(parameters + size * step, places, x, weight)
            if reached[0] >= height - 1e-14 * abs(height):
                break
            size /= 2
        parameters = parameters + size * step
        height, gradient, hessian = reached
    return None


def _derivatives(
    parameters: NDArray[np.float64],
    places: NDArray[np.intp],
    x: CodedMatrix,
    weight: NDArray[np.float64],
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return the weighted log-likelihood with its first and second derivatives."""
    height = 0.0
    q = len(parameters) - x.column_count
    gradient = np.zeros(len(parameters))
    hessian = np.zeros((len(parameters), len(parameters)))
    for part in chunks(len(places)):
        own, place, w = x[part], places[part], weight[part]
        link = _link(parameters, place, own)
        height += float(w @ link.log_likelihood)
        upper, lower = (_indicators(place + shift, q) for shift in (0, -1))
        gradient[:q] += (w * link.upper) @ upper + (w * link.lower) @ lower
        gradient[q:] -= (w * (link.upper + link.lower)) @ own
        above, below = w * (link.upper_upper + link.upper_lower), w * (link.lower_lower + link.upper_lower)
        mixed = (upper * (w * link.upper_lower)[:, None]).T @ lower
        hessian[:q, :q] += mixed + mixed.T
        hessian[:q, :q] += np.diag((w * link.upper_upper) @ upper + (w * link.lower_lower) @ lower)
        hessian[:q, q:] -= (upper * above[:, None] + lower * below[:, None]).T @ own
        hessian[q:, q:] += (own * (above + below)[:, None]).T @ own
    hessian[q:, :q] = hessian[:q, q:].T
    return height, gradient, hessian


def _indicators(places: NDArray[np.intp], q: int) -> NDArray[np.float64]:
    """Return a row per place with a 1 at it; of zeros where the place is no threshold."""
    return np.asarray(places[:, None] == np.arange(q), dtype=float)


def _log_likelihood(
    parameters: NDArray[np.float64],
    places: NDArray[np.intp],
    x: CodedMatrix,
    weight: NDArray[np.float64],
) -> float:
    return float(
        sum(
            weight[part] @ _link(parameters, places[part], x[part]).log_likelihood
            for part in chunks(len(places))
        )
    )


def _link(parameters: NDArray[np.float64], places: NDArray[np.intp], x: NDArray[np.float64]) -> Link:
    q = len(parameters) - x.shape[1]
    ends = np.concatenate([[-np.inf], parameters[:q], [np.inf]])
    predictor = x @ parameters[q:]
    upper, lower = ends[places + 1] - predictor, ends[places] - predictor
    # P = F(upper) - F(lower) = F(upper) (1 - F(lower)) (1 - exp(lower - upper)), without cancellation.
    below_upper, above_lower = expit(upper), expit(-lower)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        gap = -np.expm1(lower - upper)
        chance = below_upper * above_lower * gap
        upper_density, lower_density = below_upper * expit(-upper), above_lower * expit(lower)
        a, c = upper_density / chance, lower_density / chance
        bend_a = a * (1 - 2 * below_upper) - np.square(a)
        bend_c = -c * (2 * above_lower - 1) - np.square(c)
        log_likelihood = np.log(chance)
    return Link(log_likelihood, a, -c, bend_a, bend_c, a * c)
