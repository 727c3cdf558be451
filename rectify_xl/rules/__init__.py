"""Rules of forms as expressions: their nodes, the text they are written in, and Python made of them."""
