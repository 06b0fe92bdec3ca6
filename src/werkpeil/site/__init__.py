"""The site: pages for readers, written from what is published and from nothing else."""

from werkpeil.site.build import SiteResult, write_site

__all__ = ["SiteResult", "write_site"]
