"""What stands behind the command line: its options and help as data, its texts, its rendering."""
