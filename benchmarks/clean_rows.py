"""The rows of clean returns: a usual one of every form and its variants by name, as both organisations write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.model import Settings, Unit
from rectify_xl.office.profiles import profile

Row = Mapping[str, Any]

FILLED_ON, AS_OF = date(2005, 5, 25), date(2005, 5, 30)
SOON, LATE, FOLLOW_UP = date(2005, 5, 27), date(2005, 5, 31), date(2005, 8, 15)
OFFICES = ("gdsta", "sysu")
# Who files what is no office's own: the unit at this place of its roster.
BRANCH, OFFICE = 2, 4
UNITS = {
    "gdsta": (
        Unit(code="KX00", name="示例党组", kind="党组"),
        Unit(code="KX01", name="示例学院党委", kind="党委", parent="KX00"),
        Unit(code="KX02", name="示例第一党支部", aliases=("一支部",), kind="党支部", parent="KX01"),
        Unit(code="KX03", name="示例第二党支部", kind="党支部", parent="KX01"),
        Unit(code="KX09", name="示例办公室", kind="办公室"),
    ),
    "sysu": (
        Unit(code="ZD00", name="示例校党委", kind="校党委"),
        Unit(code="ZD01", name="示例学院党委", kind="党委", parent="ZD00"),
        Unit(code="ZD03", name="示例本科党支部", aliases=("本科支部",), kind="党支部", parent="ZD01"),
        Unit(code="ZD04", name="示例研究生党支部", kind="党支部", parent="ZD01"),
        Unit(code="ZD09", name="示例办公室", kind="办公室"),
    ),
}
# What the second organisation calls by other words, by column and word of the first.
OTHER_WORDS: dict[str, dict[tuple[str, str], str]] = {
    "gdsta": {},
    "sysu": {
        ("category", "党员素质"): "师德校风",
        ("category", "基层组织建设"): "党员教育管理",
        ("reviewer_role", "党支部书记"): "党支部委员会",
        ("reviewer_role", "上级党组织"): "本级党委主要负责人",
        ("reviewer_role", "党组（党委）主要负责同志"): "校党委主要负责同志",
        ("member_role", "领导班子成员"): "校领导班子成员",
        ("authority", "省科协先进性教育活动办公室"): "上一级党组织",
        ("authority", "本党支部"): "上一级党组织",
    },
}

# ---- the rows: each form's usual one, and what the others change of it; {unit} is the unit's code

USUAL: dict[str, Row] = {
    "ledger": {
        "problem": "理论学习不够深入",
        "source": "个人查摆",
        "category": "党员素质",
        "aspect": "思想整改",
        "scope": "重点整改",
        "manner": "集中整改",
        "urgency": "急",
        "difficulty": "易",
        "goal": "每周学习一次",
        "measure": "制定学习计划并落实",
        "handling": "限期整改",
        "pledged": "否",
        "horizon": "近期",
        "department": "办公室",
        "owner": "示例丙",
        "due": SOON,
        "status": "整改中",
        "percent": 0.5,
        "progress": "已组织两次学习",
    },
    "measures": {
        "member": "示例丁",
        "member_role": "其他党员",
        "problem": "服务群众不够主动",
        "aspect": "作风",
        "measure": "每月走访一次基层",
        "due": SOON,
        "reviewer_role": "党支部书记",
        "reviewer": "示例戊",
        "review_result": "审核通过",
        "reviewed_on": date(2005, 5, 18),
        "status": "整改中",
        "progress": "已走访一次",
    },
    "institutions": {
        "name": "党员学习管理制度",
        "action": "新建",
        "mechanism": "党员学习机制",
        "department": "办公室",
        "owner": "示例丙",
        "due": LATE,
        "status": "起草中",
    },
    "activities": {
        "activity": "党员大会",
        "subject": "布置整改提高阶段工作",
        "held_on": date(2005, 5, 12),
        "half_day": "下午",
        "expected": 30,
        "attended": 28,
        "content": "总结分析评议阶段，布置整改提高阶段工作",
    },
    "publications": {
        "published": "整改方案",
        "published_on": date(2005, 5, 23),
        "form": "公示栏",
        "audience": "全体党员群众",
        "asked": 42,
        "satisfied": 30,
        "fairly_satisfied": 8,
        "dissatisfied": 2,
        "revised": "否",
    },
    "filings": {
        "document": "整改方案",
        "filed_on": date(2005, 5, 20),
        "authority": "省科协先进性教育活动办公室",
        "copies": 2,
    },
    "survey": {
        "participant": "本单位党员",
        "method": "书面测评",
        "surveyed_on": date(2005, 5, 25),
        "issued": 50,
        "returned": 48,
        "valid": 47,
        "satisfied": 30,
        "fairly_satisfied": 12,
        "dissatisfied": 3,
        "abstained": 2,
    },
    "branches": {
        "name": "示例本科一班",
        "kind": "本科生",
        "senior_class": "是",
        "full_members": 5,
        "has_branch": "是",
        "secretary": "示例己",
        "committee": "健全",
        "condition": "好",
    },
    "supervision": {
        "inspected_on": date(2005, 5, 20),
        "unit_code": "{branch}",
        "inspector": "示例庚",
        "finding": "进度偏慢，请抓紧",
        "result": "合格",
    },
    "guidance": {
        "member": "示例辛",
        "situation": "不按时参加组织生活",
        "help": "谈心谈话，结对帮助",
        "helper": "示例壬",
        "due": LATE,
    },
}

CHANGES: dict[str, dict[str, Row]] = {
    "ledger": {
        "next": {"problem": "联系群众不够经常", "goal": "每月走访一次", "category": "基层组织建设"},
        "done": {
            "problem": "会议记录不够完整",
            "status": "已完成",
            "percent": 1,
            "due": date(2005, 5, 20),
            "completed": date(2005, 5, 19),
            "result": "会议记录制度已经建立",
        },
        "idle": {"problem": "文件传阅不够及时", "status": "未启动", "percent": 0, "progress": None},
        "standing": {
            "problem": "学习制度坚持不够",
            "status": "长期坚持",
            "percent": 0.8,
            "horizon": "长期",
            "due": LATE,
        },
        "endless": {
            "problem": "作风建设抓得不够",
            "status": "长期坚持",
            "percent": 0.6,
            "horizon": "长期",
            "due": None,
        },
        "stepwise": {
            "problem": "活动场所不够宽敞",
            "handling": "逐步解决",
            "explanation": "需要逐年安排经费",
            "horizon": "中期",
            "due": FOLLOW_UP,
        },
        "pledged": {"problem": "服务热线接听不及时", "handling": "挂牌督办", "pledged": "是"},
        "at_once": {"problem": "办事指南没有上墙", "handling": "立说立改", "owner": "示例丙、示例丁"},
        # A Saturday that was worked in exchange for the holidays.
        "long": {"problem": "人才培养缺少规划", "horizon": "长期", "due": date(2005, 10, 8)},
        "first_known": {"item_id": "{unit}-T001", "problem": "下基层调研不多"},
        "second_known": {"item_id": "{unit}-T002", "problem": "学用结合不够紧密"},
    },
    "measures": {
        "done": {
            "member": "示例己",
            "problem": "学习笔记不够完整",
            "status": "已完成",
            "completed": date(2005, 5, 20),
        },
        "idle": {
            "member": "示例庚",
            "problem": "参加活动不够经常",
            "status": "未启动",
            "review_result": "待审核",
            "reviewed_on": None,
            "progress": "等待审核",
        },
        "standing": {"problem": "理论学习不够系统", "status": "长期坚持", "due": None},
        "leader": {
            "member": "示例甲",
            "member_role": "领导班子成员",
            "reviewer_role": "党组（党委）主要负责同志",
            "post": "副主席",
        },
        "secretary": {
            "member": "示例戊",
            "member_role": "党支部书记",
            "reviewer_role": "上级党组织",
            "reviewer": "示例癸",
        },
        "first_known": {"item_id": "{unit}-C001", "member": "示例壬"},
        "second_known": {"item_id": "{unit}-C002", "member": "示例癸"},
    },
    "institutions": {
        "kept": {"name": "民主生活会制度", "action": "坚持执行", "status": "执行中", "due": None},
        "issued": {
            "name": "联系群众工作制度",
            "action": "修订完善",
            "status": "已印发",
            "document": "示例〔2005〕3号",
            "issued_on": date(2005, 5, 20),
        },
        "first_known": {"item_id": "{unit}-Z001", "name": "财务公开制度"},
        "second_known": {"item_id": "{unit}-Z002", "name": "会议考勤制度"},
    },
    "activities": {
        "press": {
            "activity": "宣传报道",
            "subject": "简报第一期",
            "half_day": None,
            "expected": None,
            "attended": None,
        },
        "life": {"activity": "专题组织生活会", "subject": "交流整改措施", "held_on": date(2005, 5, 24), "attended": 30},
    },
    "publications": {
        "revised": {
            "form": "会议通报",
            "asked": 25,
            "satisfied": 5,
            "fairly_satisfied": 5,
            "dissatisfied": 15,
            "opinions": "措施不够具体",
            "revised": "是",
            "revised_on": date(2005, 5, 24),
        },
        "progress": {"published": "整改情况", "form": "网站", "dissatisfied": 0},
    },
    "filings": {
        "report": {"document": "总结报告", "filed_on": date(2005, 5, 24), "reference": "示例〔2005〕5号"},
        "measures": {"document": "党员整改措施", "authority": "本党支部", "received_by": "示例乙"},
    },
    "survey": {
        "masses": {"participant": "基层群众"},
        "others": {"participant": "民主党派人士", "opinions": "希望加快进度"},
        "retired": {"participant": "离退休干部职工"},
        "served": {"participant": "服务对象"},
        "talk": {"method": "个别访谈", "issued": None, "returned": None, "valid": None},
    },
    "branches": {
        "office": {"name": "示例机关支部", "kind": "机关", "senior_class": "否", "full_members": 12},
        "none": {
            "name": "示例本科二班",
            "senior_class": "否",
            "full_members": 1,
            "has_branch": "否",
            "secretary": None,
            "committee": None,
            "condition": None,
        },
        "weak": {
            "name": "示例研究生支部",
            "kind": "研究生",
            "condition": "软弱涣散",
            "remedy": "调整支部班子",
            "due": LATE,
        },
    },
    "supervision": {
        "again": {"finding": "台帐记录不全，请补充", "result": "限期再改", "respond_by": date(2005, 5, 30)},
        "answered": {"finding": "公布栏没有更新", "response": "已经更新", "item_id": "{branch}-T001"},
    },
    "guidance": {"second": {"member": "示例癸", "helper": "示例壬、示例甲", "outcome": "已有进步"}},
}
COVER: Row = {
    "filled_by": "示例甲",
    "phone": "020-12345678",
    "filled_on": FILLED_ON,
    "approved_by": "示例乙",
}


def settings_for(office: str) -> Settings:
    """A profile's settings with a few made-up units."""
    return replace(profile(office), units=UNITS[office])


def rows_for(form: str, office: str) -> dict[str, dict[str, Any]]:
    """The clean rows of a form by name, as that office's branches write them."""
    unit = _unit_for(form, office)
    branch, words = UNITS[office][BRANCH], OTHER_WORDS[office]
    made = {}
    for name, change in {"usual": {}, **CHANGES[form]}.items():
        values = {**USUAL[form], **change}
        made[name] = {
            column: words.get((column, value), value.format(unit=unit.code, branch=branch.code))
            if isinstance(value, str)
            else value
            for column, value in values.items()
        }
    return made


def _unit_for(form: str, office: str) -> Unit:
    return UNITS[office][OFFICE if catalog.forms()[form].filled_by == "office" else BRANCH]
