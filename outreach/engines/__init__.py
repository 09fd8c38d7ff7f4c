"""What wakes the lanes, and where they run."""
