# %% [markdown]
# # 04 Satisfaction, with the honesty that small samples ask for
#
# Branches let people vote on how satisfied they are (群众满意度测评). Nine of ten satisfied and ninety of a hundred are
# both 90 %, but they do not say the same. Here every share has its interval, and units are not ranked by luck.

# %%
import chinese
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from chinese import GREEN, LINE, MUTED, NAVY, PALE, RED, SOFT
from matplotlib.ticker import PercentFormatter

import rectify_xl as rx
from rectify_xl.demo import make_weeks

chinese.set_up()
place = chinese.workspace()
for day in make_weeks(place, units=30, weeks=8):
    pass
settings = rx.load_settings(place / "配置.xlsx")
survey = rx.consolidate(place / "收件", settings, as_of=day).rows["survey"]
survey[["unit_name", "participant", "surveyed_on", "valid", "satisfied", "fairly_satisfied", "dissatisfied"]].head()

# %% [markdown]
# ## What is counted
#
# The papers ask what most people think: 多数不满意 is 不满意 × 2 > 满意 + 基本满意 + 不满意 over a unit's latest survey, and a
# unit where that is so has to make up for it (补课). Those who did not say are in neither count. So the share here is
# of those who said anything: satisfied or fairly satisfied.

# %%
latest = survey["surveyed_on"] == survey.groupby("unit_code")["surveyed_on"].transform("max")
units = survey[latest].groupby("unit_name")[["satisfied", "fairly_satisfied", "dissatisfied"]].sum()
units["n"] = units.sum(axis=1)
units["pleased"] = units["satisfied"] + units["fairly_satisfied"]
units["share"] = units["pleased"] / units["n"]
units["make_up"] = units["dissatisfied"] * 2 > units["n"]
units[["n", "pleased", "share", "make_up"]].astype({"share": float}).round(3).sort_values("share").head(8)

# %% [markdown]
# ## An interval, not only a percentage
#
# The Wilson interval says which true shares fit what was counted (95 %). Unlike share ± 1.96 standard errors it stays
# within 0 and 100 % and is right for few ballots and for shares near 100 %: 20 of 20 gives 84 % to 100 %, not 100 %.

# %%


def wilson(hits: pd.Series, of: pd.Series, z: float = 1.96) -> tuple[pd.Series, pd.Series]:
    """Lower and upper bound of a share."""
    hits, of = hits.astype(float), of.astype(float)
    middle, spread = hits + z * z / 2, z * np.sqrt(hits * (of - hits) / of + z * z / 4)
    return (middle - spread) / (of + z * z), (middle + spread) / (of + z * z)


units["low"], units["high"] = wilson(units["pleased"], units["n"])
overall = units["pleased"].sum() / units["n"].sum()
shown = units.sort_values("low", ascending=False)

fig, ax = plt.subplots(figsize=(9, 0.3 * len(shown) + 1.4))
colours = [RED if owed else NAVY for owed in shown["make_up"]]
ax.hlines(shown.index, shown["low"], shown["high"], color=SOFT, linewidth=5)
ax.scatter(shown["share"], shown.index, color=colours, zorder=3, clip_on=False)
for name, told in shown.iterrows():
    ax.annotate(f"n={told['n']}", (1, name), xytext=(9, -4), textcoords="offset points", color=MUTED, fontsize=8,
                annotation_clip=False)  # fmt: skip
ax.axvline(overall, color=LINE, linestyle="--")
ax.axvline(0.5, color=RED, linewidth=0.8)
ax.invert_yaxis()
ax.xaxis.set_major_formatter(PercentFormatter(1))
ax.tick_params(axis="y", labelsize=9)
ax.set(xlim=(0, 1), title="满意和基本满意的比例与 95% 区间，按区间下限排列（红点：多数不满意，应补课）")
plt.show()

# %% [markdown]
# Two things are to be read off. Units whose intervals overlap widely do not differ as far as anybody can tell. And a
# red dot whose interval crosses the red line at one half owes 补课 by the count, though its members might well be
# content: the rule counts ballots, the interval says how sure that is.
#
# ## A fair order
#
# Ranked by the bare share, small samples stand at both ends. Two honest orders:
#
# - by the **lower bound**: who has shown most; a unit gets on by counting more ballots, never by fewer;
# - by the **shrunk share**: each unit drawn towards the overall share, the more the fewer its ballots. How strongly is
#   not a matter of taste: it is the beta distribution under which all units' counts are likeliest.

# %%
from math import lgamma


def log_beta(a: float, b: float) -> float:
    """The logarithm of the beta function."""
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def likelihood(strength: float) -> float:
    """How well a beta distribution around the overall share, worth so many ballots, explains all units' counts."""
    a, b = overall * strength, (1 - overall) * strength
    counts = units[["pleased", "n"]].itertuples(index=False)
    return sum(log_beta(a + hit, b + of - hit) - log_beta(a, b) for hit, of in counts)


strength = max(np.geomspace(1, 1000, 300), key=likelihood)
units["shrunk"] = (units["pleased"] + overall * strength) / (units["n"] + strength)
print(f"every unit is drawn towards {overall:.0%} as by {strength:.0f} more ballots")
orders = units[["share", "low", "shrunk"]].astype(float).rank(ascending=False, method="min").astype(int)
orders.assign(n=units["n"]).sort_values("share").head(10)

# %%
fig, ax = plt.subplots(figsize=(9, 5.5))
moved = (orders["share"] - orders["low"]).abs()
SHOWN = 5
for name, told in orders.iterrows():
    is_moved = moved[name] >= SHOWN
    look = {"color": NAVY, "linewidth": 1.6, "zorder": 2} if is_moved else {"color": PALE, "linewidth": 1, "zorder": 1}
    ax.plot([0, 1, 2], told[["share", "low", "shrunk"]], marker="o", **look)
    if is_moved:
        ax.annotate(f"{name}（n={units.loc[name, 'n']}）", (0, told["share"]), xytext=(-8, -4), textcoords="offset points",
                    ha="right", fontsize=9)  # fmt: skip
ax.invert_yaxis()
ax.set_xlim(-1.1, 2.2)
ax.set_xticks([0, 1, 2], ["按比例", "按区间下限", "按收缩后的比例"])
ax.set_ylabel("名次")
ax.spines["bottom"].set_visible(False)
ax.set_title("三种排法的名次（深色：头两种名次相差五位以上的单位）")
plt.show()

# %% [markdown]
# ## Who is asked
#
# The survey asks several kinds of participants. Added up over all units there are ballots enough to compare them; the
# intervals are short, and what remains of the differences can be believed.

# %%
kinds = survey[latest].groupby("participant")[["satisfied", "fairly_satisfied", "dissatisfied"]].sum().astype(float)
of = kinds.sum(axis=1)
low, high = wilson(of - kinds["dissatisfied"], of)

fig, (bars, dots) = plt.subplots(1, 2, figsize=(9, 2.8), sharey=True, width_ratios=[3, 2])
ANSWERS = {"satisfied": ("满意", GREEN), "fairly_satisfied": ("基本满意", PALE), "dissatisfied": ("不满意", RED)}
left = pd.Series(0.0, index=kinds.index)
for name, (label, colour) in ANSWERS.items():
    told = bars.barh(kinds.index, kinds[name] / of, left=left, color=colour, edgecolor="white", label=label)
    bars.bar_label(told, [f"{value:.0%}" for value in kinds[name] / of], label_type="center", fontsize=8)
    left = left + kinds[name] / of
bars.set(xticks=[], title="各类参评人员的意见")
bars.spines[["left", "bottom"]].set_visible(False)
bars.tick_params(length=0)
dots.hlines(kinds.index, low, high, color=SOFT, linewidth=5)
dots.scatter(1 - kinds["dissatisfied"] / of, kinds.index, color=NAVY, zorder=3)
dots.set(xlim=(0.5, 1), title="满意和基本满意，95% 区间")
dots.xaxis.set_major_formatter(PercentFormatter(1))
fig.legend(*bars.get_legend_handles_labels(), loc="outside lower left", ncols=3)
plt.show()

# %% [markdown]
# An interval is about chance alone. It knows nothing of who was asked, of who did not dare to say, or of ballots that a
# unit filled in itself: read `method`, `issued` and `returned` beside it.
