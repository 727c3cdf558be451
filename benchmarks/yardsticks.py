"""The two yardsticks, each a whole process: L, the limit, and U, the script people usually write for this job.

    python benchmarks/yardsticks.py limit FOLDER [--procs 2]
    python benchmarks/yardsticks.py usual FOLDER OUT.xlsx

L reads every workbook, inflates the parts a reader needs and runs expat over them without building anything.
U reads cover and form of every workbook with pandas and openpyxl, concatenates, checks the columns vectorised,
judges the deadline and writes the ledger with `to_excel`: a good script, without a loop over rows.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENPYXL_DEFUSEDXML", "False")  # the fair baseline: with defusedxml openpyxl is slower still
SHEETS = ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml")
NEEDED = ("xl/workbook.xml", "xl/sharedstrings.xml", "xl/styles.xml", *SHEETS)


def limit_of(paths: Sequence[str]) -> int:
    """Reads, inflates and tokenises; gives the bytes seen."""
    import zipfile
    from io import BytesIO
    from xml.parsers import expat

    seen = 0
    for path in paths:
        package = zipfile.ZipFile(BytesIO(Path(path).read_bytes()))
        for name in package.namelist():
            if name.lower() in NEEDED:
                data = package.read(name)
                expat.ParserCreate().Parse(data, True)
                seen += len(data)
    return seen


def limit(folder: Path, procs: int) -> None:
    """L over a folder, by that many processes."""
    paths = [str(p) for p in sorted(folder.glob("*.xlsx"))]
    if procs == 1:
        limit_of(paths)
        return
    with ProcessPoolExecutor(procs) as pool:
        list(pool.map(limit_of, [paths[i : i + 25] for i in range(0, len(paths), 25)]))


def usual(folder: Path, out: Path) -> None:
    """U over a folder."""
    import pandas as pd

    frames = []
    for path in sorted(folder.glob("*.xlsx")):
        cover = pd.read_excel(path, sheet_name="封面", header=None, engine="openpyxl")
        frame = pd.read_excel(path, sheet_name="整改台帐", header=2, engine="openpyxl").dropna(how="all")
        fields = dict(zip(cover.iloc[:, 1], cover.iloc[:, 2], strict=True))
        frame.insert(0, "单位编码", fields.get("填报单位编码"))
        frame["来源文件"] = path.name
        frames.append(frame)
    merged = pd.concat(frames, ignore_index=True)
    merged.columns = [str(c).rstrip("*").replace("\n", "") for c in merged.columns]
    checked(merged).to_excel(out, index=False, engine="openpyxl")


def checked(frame: Any) -> Any:
    """The usual vectorised checks of the ledger form, and the state of every deadline on 2005-05-25."""
    import pandas as pd

    due = pd.to_datetime(frame["完成时限"], errors="coerce")
    done = pd.to_datetime(frame["完成日期"], errors="coerce")
    share = pd.to_numeric(frame["完成比例"], errors="coerce")
    status = frame["整改状态"]
    finished, idle = status == "已完成", status == "未启动"
    lengths = {"存在问题": (4, 500), "整改目标": (2, 300), "整改措施": (4, 1000)}
    states, horizons = ("未启动", "整改中", "已完成", "长期坚持"), ("近期", "中期", "长期")
    lists = {"整改状态": states, "时限类型": horizons, "公开承诺": ("是", "否")}
    faults = [frame[c].isna() for c in ("存在问题", "问题类别", "责任部门", "责任人", "整改状态", "完成比例")]
    faults += [~frame[c].astype("str").str.len().between(*span) for c, span in lengths.items()]
    faults += [~frame[c].isin(options) for c, options in lists.items()]
    faults += [due.isna(), ~share.between(0, 1), finished & done.isna(), ~finished & done.notna()]
    faults += [finished & (share != 1), idle & (share != 0), done > pd.Timestamp(2005, 5, 25)]
    frame["问题数"] = sum(fault.astype("int64") for fault in faults)
    frame["剩余天数"] = (due - pd.Timestamp(2005, 5, 25)).dt.days
    frame["到期状态"] = "未到期"
    frame.loc[frame["剩余天数"] < 3, "到期状态"] = "即将到期"
    frame.loc[frame["剩余天数"] < 0, "到期状态"] = "逾期"
    frame.loc[finished, "到期状态"] = "按期完成"
    return frame


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("variant", choices=["limit", "usual"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--procs", type=int, default=2)
    given = parser.parse_args()
    if given.variant == "limit":
        limit(given.folder, given.procs)
    else:
        usual(given.folder, given.out)
