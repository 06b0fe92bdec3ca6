"""Disclosure control: which numbers are hidden before marts are published.

`decisions.decide_disclosure` is the way in. The rules and their sources are in docs/method/disclosure.md.
"""
