#!/bin/sh
# For cron. PYTHON names the Python that has rectify_xl; the rest goes to weekly.py beside this file.
exec "${PYTHON:-python3}" "$(dirname "$0")/weekly.py" "$@"
