"""What every writer of workbooks shares: styles, heights, and many rows written fast."""
