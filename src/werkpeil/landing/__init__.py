"""Landing: delivered files become immutable, checked, pseudonymised Parquet."""

from werkpeil.landing.deliver import LandingResult, land
from werkpeil.landing.forget import ForgottenRows, forget
from werkpeil.landing.inbox import InboxItem, pending
from werkpeil.landing.raw import sync_raw
from werkpeil.landing.zone import Delivery, all_deliveries, current_deliveries

__all__ = [
    "Delivery",
    "ForgottenRows",
    "InboxItem",
    "LandingResult",
    "all_deliveries",
    "current_deliveries",
    "forget",
    "land",
    "pending",
    "sync_raw",
]
