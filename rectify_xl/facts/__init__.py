"""The facts as data files beside this, and what loads them: forms, lists, codes, words."""
