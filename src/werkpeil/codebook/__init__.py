"""The codebook: what a survey is, described once."""

from werkpeil.codebook.load import codebook_path, load_codebook
from werkpeil.codebook.model import Codebook, Column, normalise_text

__all__ = ["Codebook", "Column", "codebook_path", "load_codebook", "normalise_text"]
