# %% [markdown]
# # 01 From a workspace to frames in five minutes
#
# An office keeps one folder a campaign, the *workspace*. Clerks' workbooks come back into its folder `收件`; the weekly
# run reads them, merges them into one ledger (整改台帐) and judges every deadline. Here we make a workspace with twelve
# made-up units, run it, and look at what comes out as pandas frames. All units, people and texts are made up.

# %%
from datetime import date

import chinese
import pandas as pd

import rectify_xl as rx
from rectify_xl.demo import make_demo

pd.set_option("display.max_columns", 12, "display.width", 120)

place = chinese.workspace()
make_demo(place, units=12)
sorted(path.name for path in place.iterdir())

# %% [markdown]
# ## One run, one result
#
# `rx.run` does what the command `rectify-xl run` does and hands back a result, which shows in short what there is. The
# day of judgement is said, never asked of a clock: the same day gives the same result, today and in ten years.

# %%
result = rx.run(place, as_of=date(2005, 5, 25))
result

# %% [markdown]
# ## The ledger as a frame
#
# `result.rows` has a frame a form. Columns have English names and proper types: days are datetime64, counts Int64,
# percents fractions of one; words stay as the clerk chose them. Each row says where it came from.

# %%
ledger = result.rows["ledger"]
ledger[["item_id", "unit_name", "problem", "category", "due", "status", "percent", "state", "workdays_left"]].head(8)

# %%
ledger[["due", "percent", "workdays_left", "status", "source_file", "source_row", "filled_on"]].dtypes

# %% [markdown]
# So every question is a line of pandas. How do problems stand by category, and how far is the work on those still open?

# %%
ledger.pivot_table(index="category", columns="status", values="item_id", aggfunc="count", fill_value=0)

# %%
still_open = ledger[ledger["status"] == "整改中"]
still_open.groupby("category")["percent"].agg(["count", "mean"]).round(2)

# %% [markdown]
# ## Deadlines, tasks, findings
#
# `deadlines` has whatever is owed by a day, of all forms; `tasks` where each unit stands with each task of the work
# schedule; `findings` what is wrong with what came in, each with its cell and the sentence that the clerk reads.

# %%
result.deadlines.groupby(["form", "state"]).size().unstack(fill_value=0)

# %%
result.tasks.groupby(["task", "state"], sort=False).size().unstack(fill_value=0)

# %%
errors = result.findings[result.findings["level"] == "error"]
for told in errors[errors["cell"].notna()].head(4).itertuples():
    print(told.file, told.message, sep="\n  ")

# %% [markdown]
# ## Checking single files, without a workspace's memory
#
# `rx.check` judges files by the settings and writes nothing. It is what a clerk's own check before sending does.

# %%
settings = rx.load_settings(place / "配置.xlsx")
settings

# %%
report = rx.check(place / "收件" / "05月25日", settings, as_of=date(2005, 5, 25))
report.files.groupby("verdict").size()

# %% [markdown]
# ## The memory between runs
#
# The workspace remembers every file, every state that a row has had, and every run. `rx.open` shows them as frames;
# `rx.history` is the life of one row.

# %%
memory = rx.open(place)
memory.runs

# %%
rx.history(place, "KX01-T002")[["filled_on", "file", "row", "status", "percent", "changed"]]

# %% [markdown]
# ## Forms and periods show themselves too
#
# A form is data: its columns, its options and its rules in words. (The pandera schema is `rx.forms["survey"].schema`.)

# %%
rx.forms["survey"]

# %%
rx.parse_period("5月16日至下旬", year=2005)

# %% [markdown]
# Next: [02 where problems stand](02_where_problems_stand.ipynb). All frames and columns are listed in
# [docs/frames.md](../docs/frames.md), all findings in [docs/findings.md](../docs/findings.md).
