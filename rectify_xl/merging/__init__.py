"""Many returns, one ledger: pure steps from judged returns to items, findings and deadlines."""
