"""The status tables: pure functions from a book to plain tables, one module a noun."""
