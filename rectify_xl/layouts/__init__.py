"""Where things stand: in a template, in the ledger workbook, in a ledger that somebody edited."""
