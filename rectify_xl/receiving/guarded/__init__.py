"""Reading where it can harm nobody: processes of our own with limits, started, watched and ended by this one."""
