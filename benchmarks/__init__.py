"""Measures what the project promises about speed and idle cost: `python -m benchmarks`."""
