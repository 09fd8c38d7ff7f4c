"""The words and rules of a campaign, pure: no I/O and no clock (`now` is an argument)."""
