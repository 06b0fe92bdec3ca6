"""Werkpeil beside its peers, on the same made-up answers: `make bench`."""
