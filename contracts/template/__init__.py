"""The Seat template: the CSV's columns and rules as versioned data (`seat_v1.toml`), and what is made from it."""

from contracts.template.columns import Column, Condition
from contracts.template.definition import OUTCOME_COLUMNS, Template, latest, version, versions
from contracts.template.header import HeaderMatch
from contracts.template.kinds import CLEAR, CLEARED, USER_ID

__all__ = [
    "CLEAR",
    "CLEARED",
    "OUTCOME_COLUMNS",
    "USER_ID",
    "Column",
    "Condition",
    "HeaderMatch",
    "Template",
    "latest",
    "version",
    "versions",
]
