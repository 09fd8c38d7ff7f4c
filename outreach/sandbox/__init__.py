"""Local platforms that answer like the real ones, for rehearsals, demonstrations and tests; imports nothing of ours."""
