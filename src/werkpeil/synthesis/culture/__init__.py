"""The culture study on the Werkonderzoek: its model and its published numbers."""

from werkpeil.synthesis.culture.model import CultureModel

__all__ = ["CultureModel"]
