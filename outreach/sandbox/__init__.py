"""Local platforms that behave like the real ones; imports nothing of ours."""
