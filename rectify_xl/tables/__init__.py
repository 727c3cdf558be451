"""The contents of workbooks as plain tables: the ledger, and the pre-filled workbook of a unit."""
