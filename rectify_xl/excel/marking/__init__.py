"""The marks on a clerk's own workbook, put on and taken off inside the package, part by part."""
