@echo off
rem For the Windows Task Scheduler. PYTHON names the Python that has rectify_xl; the rest goes to weekly.py beside this file.
if not defined PYTHON set PYTHON=python
"%PYTHON%" "%~dp0weekly.py" %*
exit /b %ERRORLEVEL%
