"""What the office sends out: the bulletin, the reminders and the paper for publication, each as plain records."""
