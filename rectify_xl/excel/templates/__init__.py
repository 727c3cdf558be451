"""Templates: cover, sheets with lists and self-check, instructions; blank, or pre-filled for a unit."""
