"""What is known as pandas frames, for analysts: the only rooms that import pandas."""
