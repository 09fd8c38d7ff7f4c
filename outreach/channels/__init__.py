"""One file per kind of service that we publish to."""
