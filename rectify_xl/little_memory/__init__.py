"""Many records in little memory: laid aside in temporary files, made by column, read again when asked for."""
