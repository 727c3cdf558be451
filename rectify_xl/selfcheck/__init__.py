"""The template's own judgement, as Excel formulas: the strict reading and its twin, rule by rule."""
