"""Landing: delivered files become immutable, checked, pseudonymised Parquet."""

from werkpeil.landing.deliver import LandingResult, land
from werkpeil.landing.inbox import InboxItem, pending
from werkpeil.landing.raw import sync_raw
from werkpeil.landing.zone import Delivery, all_deliveries, current_deliveries

__all__ = [
    "Delivery",
    "InboxItem",
    "LandingResult",
    "all_deliveries",
    "current_deliveries",
    "land",
    "pending",
    "sync_raw",
]
