"""Typst and the fonts that we ship: a template and its values become PDF or PNG, the same bytes for the same input."""
