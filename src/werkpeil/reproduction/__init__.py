"""Reproduction: what a report says, in numbers and in words, asked of the data again.

`predicates` asks one statement, `claims` asks all of them for the warehouse, `page` shows what came of it.
The mathematics and the addresses are in docs/method/reproduction.md.
"""
