# %% [markdown]
# # 02 Where problems stand
#
# Ten weeks of an office with twenty-four made-up units. Where are the problems, who has put his right, and does the
# way a problem is handled tell how it goes? Four pictures, each made from the ledger or from the memory in a few lines.

# %%
import chinese
import matplotlib.pyplot as plt
import pandas as pd
from chinese import AMBER, FAINT, GREEN, INK, MUTED, NAVY, PALE, RED, SOFT
from matplotlib.ticker import PercentFormatter

import rectify_xl as rx
from rectify_xl.demo import make_weeks

chinese.set_up()
place = chinese.workspace()
for day in make_weeks(place, units=24, weeks=10):
    pass  # an office runs every week; here the files of all weeks are read by one run at the end
result = rx.run(place, as_of=day)
ledger = result.rows["ledger"]
print(f"{len(ledger)} problems of {ledger['unit_code'].nunique()} units as of {day}")

# %% [markdown]
# ## By category
#
# 到期状态 is the ledger's judgement of each item against its agreed deadline. Bars are sorted by how much is late.

# %%
STATES = ["按期完成", "逾期完成", "未到期", "即将到期", "逾期", "无时限"]
COLOURS = dict(zip(STATES, [GREEN, SOFT, PALE, AMBER, RED, FAINT], strict=True))


def stacked(counts: pd.DataFrame, ax: plt.Axes, title: str) -> None:
    """Horizontal bars of states with their numbers, the first row at the top."""
    left = pd.Series(0, index=counts.index)
    for state in [state for state in STATES if state in counts]:
        bars = ax.barh(counts.index, counts[state], left=left, color=COLOURS[state], edgecolor="white", label=state)
        dark = state in ("按期完成", "逾期")
        ax.bar_label(bars, [str(n) if n else "" for n in counts[state]], label_type="center", fontsize=8,
                     color="white" if dark else INK)  # fmt: skip
        left = left + counts[state]
    ax.invert_yaxis()
    ax.set_title(title)
    ax.set_xticks([])
    ax.spines[["bottom", "left"]].set_visible(False)
    ax.tick_params(length=0)


def by(column: str) -> pd.DataFrame:
    """Items by state, the values with the largest share of late items first."""
    counts = ledger.groupby([column, "state"]).size().unstack(fill_value=0)
    late = counts.reindex(columns=["逾期", "逾期完成"], fill_value=0).sum(axis=1) / counts.sum(axis=1)
    return counts.loc[late.sort_values(ascending=False).index]


fig, ax = plt.subplots(figsize=(9, 3.6))
stacked(by("category"), ax, "各类问题的到期状态（项）")
fig.legend(*ax.get_legend_handles_labels(), loc="outside lower left", ncols=6)
plt.show()

# %% [markdown]
# ## By unit
#
# One line a unit. A short line is not a good unit: it may have reported once and fallen silent. The triangle on the
# right says so where a unit's latest ledger is more than two weeks old; its states are judged, but its news is old.

# %%
units = by("unit_name")
latest = ledger.groupby("unit_name")["filled_on"].max()
fig, ax = plt.subplots(figsize=(9, 7))
stacked(units, ax, "各单位的到期状态（项）")
silent = [name for name in units.index if pd.Timestamp(day) - latest[name] > pd.Timedelta(days=14)]
ax.scatter(units.loc[silent].sum(axis=1) + 0.5, silent, marker="<", color=NAVY, s=28, label="两周以上没有新的填报")
ax.tick_params(axis="y", labelsize=8)
handles, labels = ax.get_legend_handles_labels()
fig.legend(handles[1:] + handles[:1], labels[1:] + labels[:1], loc="outside lower left", ncols=4)
plt.show()

# %% [markdown]
# ## By handling
#
# Of the items whose deadline has been decided one way or the other (done, or past the day), which share was late? The
# whisker is a 95 % Wilson interval: where whiskers overlap widely, the handlings do not really differ
# (more on intervals in [04](04_satisfaction.ipynb)).

# %%
from math import sqrt


def wilson(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson interval of a share."""
    middle, spread = hits + z * z / 2, z * sqrt(hits * (of - hits) / of + z * z / 4)
    return (middle - spread) / (of + z * z), (middle + spread) / (of + z * z)


decided = ledger[ledger["state"].isin(["按期完成", "逾期完成", "逾期"])]
shares = decided.assign(late=decided["state"] != "按期完成").groupby("handling")["late"].agg(["sum", "count"])
shares["share"] = shares["sum"] / shares["count"]
shares[["low", "high"]] = [wilson(*row) for row in shares[["sum", "count"]].itertuples(index=False)]
shares = shares.sort_values("share")

fig, ax = plt.subplots(figsize=(9, 3))
ax.hlines(shares.index, shares["low"], shares["high"], color=SOFT, linewidth=6)
ax.scatter(shares["share"], shares.index, color=NAVY, zorder=3)
for name, told in shares.iterrows():
    ax.annotate(f"{told['sum']:.0f}/{told['count']:.0f}", (told["high"], name), xytext=(8, -4),
                textcoords="offset points", color=MUTED, fontsize=9)  # fmt: skip
ax.set_title("按处理方式：逾期（含逾期完成）的比例与 95% 区间")
ax.xaxis.set_major_formatter(PercentFormatter(1))
ax.set_xlim(0, 1)
plt.show()

# %% [markdown]
# ## By week
#
# The memory holds every state that every return told, so the past can be drawn as it was known. For each week: the
# last state of each item that had been told by then.

# %%
states = rx.open(place).states["ledger"]
good = states[states["is_good"] & states["number"].notna()].sort_values("filled_on", kind="stable")
weeks = sorted(good["filled_on"].unique())
STATUS = {"已完成": GREEN, "整改中": SOFT, "长期坚持": PALE, "未启动": FAINT}
told = {week: good[good["filled_on"] <= week].groupby("number")["status"].last().value_counts() for week in weeks}
weekly = pd.DataFrame(told).T.reindex(columns=list(STATUS)).fillna(0).astype(int)

fig, ax = plt.subplots()
ax.stackplot(weekly.index, weekly.T, labels=weekly.columns, colors=STATUS.values(), edgecolor="white")
last, apart, height = weekly.iloc[-1], weekly.iloc[-1].sum() / 18, 0.0
for name, middle in (last.cumsum() - last / 2).items():
    height = max(middle, height + apart)  # thin bands: their names would stand on each other
    ax.annotate(f"{name} {last[name]}", (weekly.index[-1], height), xytext=(6, -4), textcoords="offset points")
ax.set_xticks(weekly.index, [f"{week.month}/{week.day}" for week in weekly.index])
ax.set_title("逐周情况：已报问题的整改状态（项）")
ax.set_xlim(weekly.index[0], weekly.index[-1])
plt.show()
weekly
