"""The service: real time, signals, the watch on `messages/`, and an orderly end."""
