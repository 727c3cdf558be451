"""The weekly job on a workspace: what is taken in, remembered, rebuilt, and written."""
