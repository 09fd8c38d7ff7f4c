"""Rows about the campaign for people and programs: query, rows, then text, CSV, JSON, HTML or ICS."""
