"""The rules of ClusterXchange as data: editions, amounts, terms, calendars, code lists and clauses.

A rule is never a constant in code. It stands in the document of an edition's version, is read into a frozen `Scheme`,
and is handed to the functions of this package as their first argument, so that a signed case keeps the rules that it
was signed under.
"""
