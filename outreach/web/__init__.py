"""Pages that this program serves itself."""
