"""Results as pandas frames, for analysts: almost the only modules that import pandas."""
