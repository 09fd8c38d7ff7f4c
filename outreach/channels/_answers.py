"""Answers whose shape is not the one agreed upon."""

MISSHAPEN = (AttributeError, KeyError, IndexError, TypeError, ValueError)
"""What reading such an answer raises; a look that meets one proves nothing."""
