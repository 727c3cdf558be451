"""What is known as plain tables, whoever writes them: the ledger, and what goes out to a unit."""
