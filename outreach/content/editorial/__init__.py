"""An office's editorial calendar, as staff keep it in Excel, CSV or Word, turned into message files."""
