"""The facts: forms, lists, codes and words as data files, and the modules that load them."""
