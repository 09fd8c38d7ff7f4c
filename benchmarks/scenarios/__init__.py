"""The measurements, one module each: `measure(...)` returns rows of the table."""
