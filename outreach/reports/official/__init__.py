"""The office's own documents, laid out as Nghị định 30/2020/NĐ-CP asks: report of the month, weekly report, plan's annex."""
