# %% [markdown]
# # 03 Deadlines and tasks: a Gantt chart, and a forecast of what will be late
#
# The same ten made-up weeks. First the work schedule as it stood on 25 May, then one unit's problems over time, then a
# small model of which open items will miss their deadline: two numbers an item, fitted to past weeks, tested only on
# weeks that it had not seen, and shown with its uncertainty.

# %%
from datetime import date

import chinese
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from chinese import AMBER, GREEN, INK, LINE, MUTED, NAVY, PALE, RED, SOFT
from matplotlib.dates import DateFormatter
from matplotlib.ticker import PercentFormatter

import rectify_xl as rx
from rectify_xl.demo import make_weeks

chinese.set_up()
place = chinese.workspace()
for day in make_weeks(place, units=24, weeks=10):
    pass  # an office runs every week; here the files of all weeks are read by one run at the end
result = rx.run(place, as_of=day)
print(f"as of {day}:", result.deadlines["state"].value_counts().to_dict())

# %% [markdown]
# ## The work schedule on a day of one's choice
#
# `rx.consolidate` judges the same files for any day; what is dated later is held. So this is the schedule as it stood
# on 25 May: the light bar is a task's window, the green part the share of units asked that had shown their evidence.

# %%
then = date(2005, 5, 25)
tasks = rx.consolidate(place / "收件", result.settings, as_of=then).tasks
asked = tasks[tasks["state"] != "不适用"]
windows = asked.groupby("task", sort=False)[["item", "start", "end"]].first()
windows["start"] = windows["start"].fillna(pd.Timestamp(result.settings.stage_start))
states = asked.groupby(["task", "state"]).size().unstack(fill_value=0).loc[windows.index]
done = states[[name for name in ("按期完成", "逾期完成") if name in states]].sum(axis=1)

one = pd.Timedelta(days=1)
fig, ax = plt.subplots(figsize=(9, 4.2))
lines = [f"{task}　{item}" for task, item in windows["item"].items()]
length = windows["end"] - windows["start"] + one
ax.barh(lines, length, left=windows["start"], color=PALE, edgecolor=LINE)
ax.barh(lines, length * (done / states.sum(axis=1)).to_numpy(), left=windows["start"], color=GREEN)
for line, end, ready, of in zip(lines, windows["end"] + one, done, states.sum(axis=1), strict=True):
    ax.annotate(f"{ready}/{of}", (end, line), xytext=(5, -4), textcoords="offset points", color=MUTED, fontsize=9)
ax.axvline(pd.Timestamp(then), color=RED, linewidth=1, label="判断日")
ax.legend(loc="lower left")
ax.use_sticky_edges = False
ax.margins(x=0.03)
ax.invert_yaxis()
ax.xaxis.set_major_formatter(DateFormatter("%m-%d"))
ax.set_title(f"工作安排：截至 {then} 完成的单位数／应完成的单位数")
plt.show()

# %% [markdown]
# ## One unit's problems over time
#
# From the day a problem was first reported to the day it was done, or to today. The diamond is the agreed deadline;
# what lies beyond it is red.

# %%
ledger = result.rows["ledger"]
today = pd.Timestamp(day)
late = ledger["state"].isin(["逾期", "逾期完成"])
unit = ledger.assign(late=late).groupby("unit_name")["late"].sum().idxmax()
own = ledger[(ledger["unit_name"] == unit) & ledger["due"].notna()].sort_values("due")
# Some problems are reported only once they are done: their bar begins a week before that.
is_told_open = own["first_reported_on"] < own["completed"].fillna(today)
begin = own["first_reported_on"].where(is_told_open, own["completed"] - 7 * one)
end = own["completed"].fillna(today)
in_time = end.where(end < own["due"], own["due"])

fig, ax = plt.subplots(figsize=(9, 0.38 * len(own) + 1.2))
names = [f"{number}　{problem[:14]}" for number, problem in zip(own["item_id"], own["problem"], strict=True)]
ax.barh(names, (in_time - begin).clip(lower=pd.Timedelta(0)), left=begin, color=SOFT, height=0.55)
late_from = own["due"].where(own["due"] > begin, begin)
ax.barh(names, (end - late_from).clip(lower=pd.Timedelta(0)), left=late_from, color=RED, height=0.55)
ax.scatter(own["due"], names, marker="D", color=NAVY, s=26, zorder=3, label="完成时限")
ax.scatter(own["completed"], names, marker="|", color=INK, s=160, zorder=3, label="已完成")
ax.axvline(today, color=RED, linewidth=1, label="判断日")
ax.use_sticky_edges = False
ax.margins(x=0.03)
ax.invert_yaxis()
ax.tick_params(axis="y", labelsize=9)
ax.xaxis.set_major_formatter(DateFormatter("%m-%d"))
ax.set_title(f"{unit}：各项问题的进度（红色为超过时限的部分）")
ax.legend(loc="lower left", bbox_to_anchor=(1, 0))
plt.show()

# %% [markdown]
# ## A forecast, from what was known at the time
#
# **The question.** Of the items that are open on a day and due within three weeks: which will not be done in time?
#
# **The data.** The memory has every state that every return told, so for each past week we know what was known then,
# and nothing of what came later. An item is *late* if it was done after its agreed deadline, or if a return after the
# deadline still shows it open. Where no return has come since the deadline, nobody knows: such items are left out.
#
# **The model.** A logistic regression on two numbers, with a mild ridge penalty so that few weeks cannot mislead it much:
#
# - *behind*: the share of the time from first report to deadline that had gone when the unit last reported, less the
#   percent that it reported. Half the time gone and 20 % reported is 0.3 behind.
# - *record*: the share of the unit's earlier items that were late, drawn towards everybody's average as if four more
#   average items were known of it, so that a unit with one item is not called good or bad for it.
#
# What clerks write of an item's difficulty could be a third number: try it in the backtest below, and keep it only if
# forecasts become better.

# %%
AHEAD = pd.Timedelta(days=21)
FEATURES = ["behind", "record"]

told = rx.open(place).states["ledger"]
told = told[told["is_good"] & told["number"].notna()].sort_values("filled_on", kind="stable")
weeks = sorted(told["filled_on"].unique())


def known_at(week: pd.Timestamp) -> pd.DataFrame:
    """What returns up to a week told of each item: its last state, when it was first and last told, whether late."""
    items = told[told["filled_on"] <= week].groupby("number")
    known = items.last().assign(first_on=items["filled_on"].first(), due=items["due"].first())
    known = known[known["due"].notna()].assign(unit=lambda frame: frame.index.str.split("-").str[0])
    is_open = known["completed"].isna()
    is_known = ~is_open | (known["filled_on"] > known["due"])
    known["late"] = (is_open | (known["completed"] > known["due"])).where(is_known).astype(float)
    return known


def open_at(week: pd.Timestamp) -> pd.DataFrame:
    """The items open on a week and due within three weeks, with the two numbers of the model."""
    known = known_at(week)
    decided = known[known["late"].notna()]
    average = (decided["late"].sum() + 1) / (len(decided) + 2)
    record = decided.groupby("unit")["late"].agg(["sum", "count"])
    record = (record["sum"] + 4 * average) / (record["count"] + 4)
    items = known[known["completed"].isna() & known["due"].between(week + one, week + AHEAD)]
    planned = (items["due"] - items["first_on"]).dt.days.clip(lower=1)
    gone = ((items["filled_on"] - items["first_on"]).dt.days / planned).clip(0, 1)
    return items.assign(
        behind=gone - items["percent"], record=items["unit"].map(record).fillna(average).astype(float), week=week
    ).drop(columns="late")


def fit(items: pd.DataFrame, ridge: float = 1.0) -> np.ndarray:
    """The weights of the logistic regression, found by Newton's steps; the first is the intercept."""
    x = np.column_stack([np.ones(len(items)), items[FEATURES]])
    weights, penalty = np.zeros(x.shape[1]), np.diag([1e-6, *[ridge] * len(FEATURES)])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (items["late"] - chance) - penalty @ weights
        weights = weights + np.linalg.solve((x.T * (chance * (1 - chance))) @ x + penalty, slope)
    return weights


def chances(weights: np.ndarray, items: pd.DataFrame) -> np.ndarray:
    """The chance of being late of each item."""
    return 1 / (1 + np.exp(-(weights[0] + items[FEATURES].to_numpy() @ weights[1:])))


def lessons(week: pd.Timestamp) -> pd.DataFrame:
    """What a week can learn from: all earlier weeks' open items whose deadline has passed, and how they ended."""
    past = pd.concat([open_at(earlier) for earlier in weeks if earlier < week])
    past["late"] = known_at(week)["late"].reindex(past.index).to_numpy()
    return past[past["late"].notna() & (past["due"] <= week)]


# %% [markdown]
# ## The backtest
#
# From the fourth week on: fit on what was known, forecast, and wait for what came. Scores are Brier scores (mean squared
# difference of chance and outcome: 0 is perfect, 0.25 what a coin earns), against the simplest rival, the average share
# of late items that was known in that week.

# %%
trials = []
for week in weeks[3:-2]:
    past, items = lessons(week), open_at(week)
    items["late"] = known_at(weeks[-1])["late"].reindex(items.index)
    items = items[items["late"].notna()]
    trials.append(items.assign(chance=chances(fit(past), items), average=past["late"].mean()))
trials = pd.concat(trials)

print(f"{len(trials)} forecasts, {trials['late'].mean():.0%} of them late")
print(f"Brier score: model {((trials['chance'] - trials['late']) ** 2).mean():.3f}, "
      f"average {((trials['average'] - trials['late']) ** 2).mean():.3f}")  # fmt: skip
weekly = trials.groupby("week").agg(items=("late", "size"), late=("late", "sum"), forecast=("chance", "sum"))
weekly.round(1)

# %% [markdown]
# Is a chance of 60 % right six times of ten? Left: forecasts in five groups of equal size, with the share that was late
# and its 95 % interval; on the dashed line chances are honest. Right: how many were late a week, forecast and real.

# %%
group = pd.qcut(trials["chance"], 5)
seen = trials.groupby(group, observed=True).agg(
    chance=("chance", "mean"), late=("late", "mean"), n=("late", "size")
)
z = 1.96
middle = (seen["late"] * seen["n"] + z * z / 2) / (seen["n"] + z * z)
spread = z * np.sqrt(seen["n"] * seen["late"] * (1 - seen["late"]) + z * z / 4) / (seen["n"] + z * z)

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
left.plot([0, 1], [0, 1], linestyle="--", color=LINE)
left.vlines(seen["chance"], middle - spread, middle + spread, color=SOFT, linewidth=5)
left.scatter(seen["chance"], seen["late"], color=NAVY, zorder=3)
left.set(xlim=(0, 1), ylim=(0, 1), xlabel="预测的逾期可能", ylabel="实际逾期的比例", title="预测是否可信")
for axis in (left.xaxis, left.yaxis):
    axis.set_major_formatter(PercentFormatter(1))
place_on = np.arange(len(weekly))
right.bar(place_on - 0.2, weekly["forecast"], width=0.38, color=SOFT, label="预测")
right.bar(place_on + 0.2, weekly["late"], width=0.38, color=NAVY, label="实际")
right.set_xticks(place_on, [f"{week.month}/{week.day}" for week in weekly.index])
right.set_title("此后三周内到期而逾期的项数")
right.legend()
plt.show()

# %% [markdown]
# ## What will be late
#
# The forecast of today, with the 80 % interval of each chance. The interval comes from fitting the model again to 400
# draws of units with replacement: items of one unit stand or fall together, so units are drawn, not items. The last
# line adds up how many of these items will be late, each item's own luck included.

# %%
rng = np.random.default_rng(20050720)
past, items = lessons(weeks[-1]), open_at(weeks[-1])
items["chance"] = chances(fit(past), items)
by_unit = dict(list(past.groupby("unit")))
draws = np.array(
    [
        chances(fit(pd.concat([by_unit[name] for name in rng.choice(list(by_unit), len(by_unit))])), items)
        for _ in range(400)
    ]
)
items["low"], items["high"] = np.quantile(draws, [0.1, 0.9], axis=0)
items = items.sort_values("chance", ascending=False)
total = (rng.random(draws.shape) < draws).sum(axis=1)
low, high = np.quantile(total, [0.1, 0.9])

fig, ax = plt.subplots(figsize=(9, 0.32 * len(items) + 1.2))
names = [f"{number}　{problem[:12]}　{due.month}/{due.day}" for number, problem, due in
         zip(items.index, items["problem"], items["due"], strict=True)]  # fmt: skip
colours = [RED if chance >= 0.6 else AMBER if chance >= 0.4 else GREEN for chance in items["chance"]]
ax.hlines(names, items["low"], items["high"], color=PALE, linewidth=7)
ax.scatter(items["chance"], names, color=colours, zorder=3, s=36)
ax.invert_yaxis()
ax.tick_params(axis="y", labelsize=9)
ax.xaxis.set_major_formatter(PercentFormatter(1))
ax.set(xlim=(0, 1), title="三周内到期的事项：逾期的可能与 80% 区间（右为完成时限）")
plt.show()
print(f"Of {len(items)} items due within three weeks some {items['chance'].sum():.0f} will be late,",
      f"{low:.0f} to {high:.0f} with 80 %.")  # fmt: skip

# %% [markdown]
# ## What this cannot do
#
# - It learns from returns. A unit that has fallen silent is judged by old news, and in the first three weeks there is
#   nothing to learn from.
# - The percent is what a clerk believes. An office that presses units to report high percents teaches the model nothing.
# - It is fitted to a made-up season, whose units keep their habits. Run the backtest on your own weeks before you
#   believe a line of the forecast; where the model does not beat the average there, use the average.
# - It is a list of whom to ring up first, not a verdict: what is late is judged by the ledger, after the day.
