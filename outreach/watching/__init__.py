"""Watches over the service and its channels, and tells people what they must know: alerts and the daily digest."""
