"""The contestants: one file each, run as a process of its own (README.md says how to add one)."""
