"""What goes out besides: the bulletin, reminders, publication, and what is encrypted."""
