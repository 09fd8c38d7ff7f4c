"""A whole month on a virtual clock: production's dispatcher, store and adapters; only the clock and the far ends differ."""
