"""What the notebooks share: a font that has Chinese, one palette, and a folder for a made-up workspace."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import matplotlib.pyplot as plt
from matplotlib import font_manager

# Sans-serif families with simplified Chinese, the best first: Linux, Windows, macOS.
FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "SimHei",
    "DengXian", "PingFang SC", "Heiti SC", "STHeiti", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK JP",
)  # fmt: skip
INSTALL = "No font with Chinese was found: apt-get install fonts-noto-cjk (or fonts-wqy-microhei), then run again."

# The colours of the status workbook: they differ in lightness, so that a black-and-white print can be read.
INK, MUTED, LINE = "#1F2933", "#6B7785", "#B4BECB"
NAVY, BLUE, SOFT, PALE, FAINT = "#1F3864", "#2F5597", "#8FAADC", "#DCE6F2", "#EEF1F4"
GREEN, AMBER, RED = "#5B9A6F", "#E0A100", "#C0392B"

_held: list[TemporaryDirectory[str]] = []


def workspace() -> Path:
    """A path in a temporary folder where a workspace can be made; it goes away with the notebook."""
    _held.append(TemporaryDirectory(prefix="rectify-xl-"))
    return Path(_held[-1].name) / "整改工作"


def set_up(**changes: Any) -> None:
    """Quiet axes, our palette and a Chinese font for every picture that follows; `changes` are rcParams."""
    plt.rcParams.update(
        {
            "font.sans-serif": [*_families(), "DejaVu Sans"],
            "font.family": "sans-serif",
            "font.size": 10,
            "axes.unicode_minus": False,
            "axes.titlesize": 12,
            "axes.titlelocation": "left",
            "axes.titlepad": 12,
            "axes.edgecolor": LINE,
            "axes.labelcolor": MUTED,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": False,
            "text.color": INK,
            "xtick.color": MUTED,
            "ytick.color": INK,
            "legend.frameon": False,
            "figure.figsize": (9, 4.5),
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            **changes,
        }
    )


def _families() -> list[str]:
    """The first family that this machine has; where there is none, what to install is said on standard error."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    found = [name for name in FONTS if name in known]
    if not found:
        print(INSTALL, file=sys.stderr)
    return found[:1]
