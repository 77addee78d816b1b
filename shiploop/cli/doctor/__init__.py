"""Looks at every part that shiploop depends on, and says what to do where one is not well."""

from shiploop.cli.doctor.examination import diagnose
from shiploop.cli.doctor.report import exit_code, show_findings

__all__ = ["diagnose", "exit_code", "show_findings"]
