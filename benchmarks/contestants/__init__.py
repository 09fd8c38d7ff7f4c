"""What is compared, each in a process of its own that prints `ready` once it only waits for the due time."""
