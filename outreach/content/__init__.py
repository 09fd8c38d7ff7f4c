"""From `messages/` to the domain: reading, checking and rendering what staff write."""
