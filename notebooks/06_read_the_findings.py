# %% [markdown]
# # 06 Read the findings: which fields cost clerks most
#
# A finding is not a reproach but a hint at the form: where many clerks stumble, the floor is uneven. Ten made-up weeks of
# twenty-four units: which fields send workbooks back, what that costs in days, and what mending a few would save.

# %%
import chinese
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from chinese import AMBER, LINE, MUTED, NAVY, PALE, RED, SOFT
from matplotlib.ticker import MaxNLocator, PercentFormatter

import rectify_xl as rx
from rectify_xl.demo import make_weeks

chinese.set_up()
place = chinese.workspace()
for day in make_weeks(place, units=24, weeks=10):
    pass  # an office runs every week; here the files of all weeks are read by one run at the end
rx.run(place, as_of=day)
memory = rx.open(place)
files = memory.files.assign(workbook=memory.files["file"].str.split("/").str[-1])
findings = memory.findings[memory.findings["file"].notna()]
files.groupby(["workbook", "verdict"]).size().unstack(fill_value=0)

# %% [markdown]
# ## Which fields, and how
#
# *Errors* send the file back. *Warnings* are told and merged. *Fixed* is what was understood though not as asked for: it
# costs the clerk nothing today, but shows where the form is read differently than it was meant. What is told between
# returns (no progress for two weeks, a deadline moved) is about the work, not about filling in, and is left out.

# %%
BETWEEN = ["stalled", "missing-row", "reopened", "moved-deadline"]
LEVELS = {"error": ("退回", RED), "warning": ("提醒", AMBER), "fixed": ("已理解", SOFT)}
filled_in = findings[findings["label"].notna() & ~findings["code"].isin(BETWEEN)]
filled_in = filled_in.assign(field=filled_in["sheet"] + "·" + filled_in["label"])
counts = filled_in.groupby(["field", "level"]).size().unstack(fill_value=0).reindex(columns=list(LEVELS), fill_value=0)
counts = counts.sort_values(list(LEVELS), ascending=False)

fig, ax = plt.subplots(figsize=(9, 0.36 * len(counts) + 1.2))
left = pd.Series(0, index=counts.index)
for level, (label, colour) in LEVELS.items():
    ax.barh(counts.index, counts[level], left=left, color=colour, edgecolor="white", label=label)
    left = left + counts[level]
for name, total in left.items():
    codes = filled_in.loc[filled_in["field"] == name, "code"].value_counts()
    told = "、".join(f"{code} {count}" for code, count in codes.items())
    ax.annotate(told, (total, name), xytext=(5, -4), textcoords="offset points", color=MUTED, fontsize=8)
ax.invert_yaxis()
ax.margins(x=0.25)
ax.xaxis.set_major_locator(MaxNLocator(integer=True))
ax.set_title("各栏目被指出的次数（右为问题代码）")
ax.legend(loc="lower right")
plt.show()

# %% [markdown]
# ## How often, not only how many
#
# A field that stands on every weekly ledger has more chances to be wrong than one on a survey filled in once. So errors
# are set against the rows in which the field was filled in.

# %%
titles = {form.title: form.name for form in rx.forms.values()}
reported = {title: len(memory.states[name]) for title, name in titles.items() if name in memory.states}
rates = counts[counts["error"] > 0].copy()
rates["rows"] = [reported[field.split("·")[0]] for field in rates.index]
rates["errors_per_1000_rows"] = (1000 * rates["error"] / rates["rows"]).round(1)
rates.sort_values("errors_per_1000_rows", ascending=False)[["error", "rows", "errors_per_1000_rows"]]

# %% [markdown]
# ## What it costs: days until it is right
#
# A workbook that came back is put right with the unit's next one of the same kind that is accepted. The days between are
# what a mistake costs the office; where a workbook has several faulty fields its days are shared among them. Where
# nothing acceptable has come yet, the days count up to today, so the sum is rather too low than too high.

# %%
today = pd.Timestamp(day)
accepted = files[files["verdict"] == "accepted"]
returned = files[files["verdict"] == "returned"].copy()


def days_open(told: pd.Series) -> int:
    """Days from a returned workbook to the unit's next accepted one of the same kind, or to today."""
    same = (accepted["unit_code"] == told["unit_code"]) & (accepted["workbook"] == told["workbook"])
    later = accepted.loc[same & (accepted["filled_on"] > told["filled_on"]), "filled_on"]
    return int(((later.min() if len(later) else today) - told["filled_on"]).days)


returned["days"] = returned.apply(days_open, axis=1)
errors = filled_in[filled_in["level"] == "error"].drop_duplicates(["file", "field"])
shared = errors.merge(returned[["file", "unit_name", "days"]], on="file")
shared["fields"] = shared.groupby("file")["field"].transform("nunique")
shared["cost"] = shared["days"] / shared["fields"]
cost = shared.groupby("field").agg(
    files=("file", "nunique"), alone=("fields", lambda held: int((held == 1).sum())), days=("cost", "sum")
)
cost = cost.sort_values("days", ascending=False)
cost["share"] = cost["days"] / cost["days"].sum()

fig, ax = plt.subplots(figsize=(9, 3.8))
before = cost["share"].cumsum().shift(fill_value=0)
ax.bar(cost.index, cost["days"], color=[NAVY if share <= 0.8 else PALE for share in before])
ax.bar_label(ax.containers[0], fmt="%.0f", fontsize=8)
ax.set_title("各栏目造成的等待天数（深色：合计占八成）")
ax.set_xticks(range(len(cost)), [field.replace("·", "\n") for field in cost.index], fontsize=8)
total = ax.twinx()
total.plot(range(len(cost)), cost["share"].cumsum(), color=RED, marker="o", markersize=4, linewidth=1)
total.set_ylim(0, 1.05)
total.yaxis.set_major_formatter(PercentFormatter(1))
plt.show()
cost.round({"days": 0, "share": 2})

# %% [markdown]
# ## Who stumbles, and does it get better?
#
# Left: the share of a unit's workbooks that went back, with its 95 % Wilson interval; only units whose interval lies above
# everybody's share (dashed) can be said to need a call. Right: the share by week. (Our made-up units never learn, so
# it goes up and down by chance, as the intervals say; in an office it should fall.)

# %%


def wilson(hits: pd.Series, of: pd.Series, z: float = 1.96) -> tuple[pd.Series, pd.Series]:
    """Lower and upper bound of a share."""
    hits, of = hits.astype(float), of.astype(float)
    middle, spread = hits + z * z / 2, z * np.sqrt(hits * (of - hits) / of + z * z / 4)
    return (middle - spread) / (of + z * z), (middle + spread) / (of + z * z)


def shares_by(column: str) -> pd.DataFrame:
    """The share of workbooks that went back, with its interval."""
    told = files.assign(back=files["verdict"] == "returned").groupby(column)["back"].agg(["sum", "count"])
    low, high = wilson(told["sum"], told["count"])
    return told.assign(share=told["sum"] / told["count"], low=low, high=high)


average = (files["verdict"] == "returned").mean()
units, weeks = shares_by("unit_name").sort_values("share"), shares_by("filled_on")
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 6), width_ratios=[3, 2])
colours = [RED if low > average else NAVY for low in units["low"]]
left.hlines(units.index, units["low"], units["high"], color=PALE, linewidth=5)
left.scatter(units["share"], units.index, color=colours, s=22, zorder=3)
left.axvline(average, color=LINE, linestyle="--")
left.tick_params(axis="y", labelsize=8)
left.xaxis.set_major_formatter(PercentFormatter(1))
left.set_title("各单位的退回率")
dates = [f"{week.month}/{week.day}" for week in weeks.index]
right.vlines(dates, weeks["low"], weeks["high"], color=PALE, linewidth=7)
right.plot(dates, weeks["share"], color=NAVY, marker="o")
right.set(ylim=(0, 0.6), title="逐周退回率")
right.yaxis.set_major_formatter(PercentFormatter(1))
right.tick_params(axis="x", labelsize=8, rotation=45)
plt.show()

# %% [markdown]
# ## What to mend first
#
# If clerks could no longer go wrong in the dearest three fields, how many workbooks would still go back?

# %%
dearest = list(cost.index[:3])
others = errors[~errors["field"].isin(dearest)]["file"].nunique()
unread = returned[~returned["file"].isin(errors["file"])]
print("dearest:", "; ".join(dearest))
print(f"{len(returned)} of {len(files)} workbooks went back; without mistakes there {others + len(unread)}")
examples = filled_in[filled_in["field"].isin(dearest) & (filled_in["level"] == "error")].drop_duplicates(["field", "code"])
for told in examples.itertuples():
    print("-", told.message)

# %% [markdown]
# What an office can do with such a list: put the words that people do type into 字典 as aliases (they are understood from
# then on), say in 填表说明 what was misread, prefill what is known (`rectify-xl issue`), make a column optional in
# 可不填栏目, or write a form of its own without it ([05](05_a_form_of_your_own.ipynb)).
