"""Workbooks read exactly: values, where they stand, and what a fast reader cannot say."""
