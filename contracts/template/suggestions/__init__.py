"""What is probably meant by a cell that breaks its rule: suggested to the person who wrote it, and never just taken.

A suggestion always keeps the rule. There is none where several things may be meant, where something would be lost, or
where nobody can know it any more: the digits behind 4.41E+11 are gone.
"""

from contracts.template.suggestions.suggesting import suggest

__all__ = ["suggest"]
