"""Excel workbooks (.xlsx, .xlsm) as CSV: one sheet, row by row, in memory that does not grow with it.

    with open_workbook(file, limits=Limits(…), temporary=TemporaryFile) as workbook:   # None: it is no workbook
        workbook.sheets                                 # the names of the sheets that can be seen
        blocks = as_csv(workbook.rows(sheet))           # what a person sees in the cells, as CSV in UTF-8

What goes wrong is raised as `WorkbookProblem(code, message)`; see docs/adr/0020-workbooks-become-csv.md.
"""

from services.upload.workbooks.csv import as_csv
from services.upload.workbooks.limits import Limits
from services.upload.workbooks.problem import WorkbookProblem
from services.upload.workbooks.workbook import Workbook, open_workbook

__all__ = ["Limits", "Workbook", "WorkbookProblem", "as_csv", "open_workbook"]
