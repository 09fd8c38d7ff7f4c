"""A scheduler that publishes a public office's campaign: nothing lost, nothing twice, every delivery explained."""

__version__ = "0.1.0"
