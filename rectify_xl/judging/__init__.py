"""One return judged: which sheet is which form, every cell understood, every rule asked."""
