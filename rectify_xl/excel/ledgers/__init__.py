"""The ledger as a workbook: written with its many rows, and read again."""
