"""Zip files: audited before they are read, deflated in pieces when they are written."""
