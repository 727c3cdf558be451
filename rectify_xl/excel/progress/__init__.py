"""The status workbook (整改进度): its sheets, charts and pages."""
