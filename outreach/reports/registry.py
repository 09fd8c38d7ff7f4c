"""Every report by its name."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.reports import (
    calendar,
    coverage,
    delivery_log,
    editorial,
    plan_difference,
    queue,
    statistics,
    status,
)
from outreach.reports.official import annex, final, weekly
from outreach.reports.source import Report

REPORTS: Mapping[str, Report] = {
    module.REPORT.name: module.REPORT
    for module in (
        *(delivery_log, queue, status, plan_difference, coverage, calendar, editorial),
        *(statistics, final, weekly, annex),
    )
}
