"""Publishing: what passed the gate becomes a release that BI readers open."""

from werkpeil.publishing.publish import PublishResult, publish
from werkpeil.publishing.releases import Release, current_release, open_release

__all__ = ["PublishResult", "Release", "current_release", "open_release", "publish"]
