"""Days: the date phrases of officials, working days, the first day of each of many keys."""
