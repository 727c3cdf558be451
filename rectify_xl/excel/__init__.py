"""The edges that know workbooks: nothing outside this folder imports a workbook library."""
