"""The craftsmanship study on the Personeelsenquête Rijk: its model and its published numbers."""

from werkpeil.synthesis.craft.model import CraftModel

__all__ = ["CraftModel"]
