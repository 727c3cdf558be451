"""Received files: found, unpacked, and read and judged by processes that can harm nobody."""
