"""Settings and declared forms as workbooks that an office edits: written, and read again."""
