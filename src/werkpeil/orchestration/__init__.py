"""Runs by Dagster, for who has it: werkpeil[dagster]. Nothing else of Werkpeil needs it."""
