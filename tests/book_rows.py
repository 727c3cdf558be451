"""The made-up units, tasks and rows that the books of `books` are made of."""
# ruff: noqa: E501 (tables of Chinese text, where a character counts twice)

from __future__ import annotations

from datetime import date
from typing import Any

from rectify_xl.model import Evidence, Task, Unit

# fmt: off
UNITS = (
    Unit(code="KX00", name="示例党组", kind="党组", first_responsible="示例甲", leader="示例甲", members=9),
    Unit(code="KX01", name="示例机关党委", kind="党委", parent="KX00", first_responsible="示例乙", leader="示例甲", members=46),
    Unit(code="KX02", name="示例学会支部", kind="党支部", parent="KX01", first_responsible="示例丙", leader="示例乙", members=23,
         aliases=("学会支部",)),
    Unit(code="KX03", name="示例后勤支部", kind="党支部", parent="KX01", first_responsible="示例丁", leader="示例乙", members=12),
    Unit(code="KX90", name="示例先进性教育活动办公室", kind="办公室"),
)
TASKS = (
    Task(id="T1", item="党员大会", content="1、总结分析评议阶段工作；2、布置整改提高阶段工作", time="5月12日下午",
         start=date(2005, 5, 12), end=date(2005, 5, 12), half_day="下午", remark="全体党员参加",
         evidence=(Evidence(form="activities", kinds=("党组", "党委", "党支部"), where="活动类型 = 党员大会"),)),
    Task(id="T4", item="制定方案", content="党员制定整改措施，党组、党委、各党支部制定整改方案", time="5月16日至20日",
         start=date(2005, 5, 16), end=date(2005, 5, 20),
         evidence=(Evidence(form="ledger", kinds=("党组", "党委", "党支部")), Evidence(form="measures", kinds=("党支部",)))),
    Task(id="T6", item="支部会议", content="专题组织生活，交流党员个人整改措施和整改情况", time="5月23日至27日",
         start=date(2005, 5, 23), end=date(2005, 5, 27),
         evidence=(Evidence(form="activities", kinds=("党支部",), where="活动类型 = 专题组织生活会"),)),
    Task(id="T8", item="总结会议", content="通报开展先进性教育活动的工作情况", time="5月下旬",
         start=date(2005, 5, 21), end=date(2005, 5, 31),
         evidence=(Evidence(form="activities", kinds=("党组", "党委"), where="活动类型 = 总结会议"),)),
    Task(id="T9", item="测评工作", content="实施群众满意度的测评工作", time="5月28日至31日",
         start=date(2005, 5, 28), end=date(2005, 5, 31),
         evidence=(Evidence(form="survey", kinds=("党组", "党委", "党支部")),)),
    Task(id="T10", item="巩固成果", content="长期坚持", time="适时", evidence=(Evidence(form="institutions", kinds=("党委",)),)),
)

PROBLEM = {
    "source": "群众意见", "category": "党风政风作风", "aspect": "工作整改", "scope": "重点整改", "manner": "专项整改",
    "urgency": "重", "difficulty": "中", "handling": "限期整改", "pledged": "是", "horizon": "近期",
    "department": "办公室", "owner": "示例甲", "status": "整改中", "percent": 0.5,
}


def ledger_rows() -> dict[str, list[dict[str, Any]]]:
    """What differs from PROBLEM in each row of the ledger form, by unit."""
    long_measure = "1、修订会议制度，压缩会议数量；\n2、精简文件简报，能合并的合并；\n3、建立基层联系点，每季度至少下去一次。"
    done = {"status": "已完成", "percent": 1.0, "progress": "各项措施已落实"}
    return {
        "KX00": [
            {"problem": "会议偏多，深入基层调查研究不够", "goal": "会议比上年减少三成", "measure": long_measure,
             "due": date(2005, 5, 31), "progress": "已修订会议制度，正在压缩简报", "owner": "示例甲、示例乙", "percent": 0.6},
            {"problem": "科技工作者之家建设经费不足", "goal": "落实专项经费", "measure": "向省财政提请专项补助",
             "handling": "提请上级协调", "explanation": "超出本级权限，已行文请示", "horizon": "长期", "difficulty": "难",
             "due": date(2005, 12, 30), "status": "整改中", "percent": 0.1, "progress": "请示已上报"},
        ],
        "KX01": [
            {"problem": "机关作风不够扎实，办事效率不高", "goal": "限时办结率达到百分之九十五", "measure": "推行首问负责制和限时办结制",
             "due": date(2005, 5, 20), "completed": date(2005, 5, 19), "result": "首问负责制已在机关全面推行", **done},
            {"problem": "理论学习制度坚持得不够好", "goal": "每月集中学习两次", "measure": "修订学习制度，实行考勤公示",
             "due": date(2005, 5, 20), "completed": date(2005, 5, 24), "result": "学习制度已印发执行", **done,
             "handling": "立说立改"},
            {"problem": "对直属单位党建工作指导不够", "goal": "每季度检查一次", "measure": "班子成员分片联系支部",
             "due": date(2005, 5, 27), "progress": "联系点已确定", "percent": 0.8},
        ],
        "KX02": [
            {"problem": "为会员服务的手段单一", "goal": "建立网上服务平台", "measure": "改版网站，开通会员信箱 <http://example.invalid/?a=1&b=2>",
             "due": date(2005, 5, 23), "percent": 0.4, "progress": "网站改版方案已定"},
            {"problem": "=1+1 这样开头的文字也只是文字", "goal": "照原样写出", "measure": "一律按文本写入，不作公式",
             "status": "未启动", "percent": 0.0, "due": date(2005, 5, 31), "horizon": "近期"},
            {"problem": "党员学习教育需要长期坚持", "goal": "形成习惯", "measure": "坚持三会一课", "status": "长期坚持",
             "horizon": "长期", "percent": 0.3, "progress": "每月一次", "pledged": "否"},
        ],
    }


def other_rows() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The rows of the other forms, by form and unit."""
    measure = {"member_role": "其他党员", "aspect": "作风", "reviewer_role": "党支部书记", "reviewer": "示例丙",
               "review_result": "审核通过", "reviewed_on": date(2005, 5, 18), "status": "整改中", "progress": "正在落实"}
    meeting = {"half_day": "下午", "place": "三楼会议室", "chair": "示例丙", "expected": 23, "attended": 21}
    return {
        "measures": {"KX02": [
            {**measure, "member": "示例戊", "problem": "理论学习抓得不紧", "measure": "每周自学半天，写学习笔记", "due": date(2005, 5, 31)},
            {**measure, "member": "示例己", "problem": "联系会员不够经常", "measure": "每月走访三名会员", "due": date(2005, 5, 20),
             "review_result": "待审核", "reviewed_on": None, "status": "未启动", "progress": None},
        ]},
        "institutions": {"KX01": [
            {"name": "机关首问负责制", "action": "新建", "mechanism": "工作责任机制", "department": "办公室", "owner": "示例乙",
             "due": date(2005, 5, 31), "status": "已印发", "document": "示科机〔2005〕3号", "issued_on": date(2005, 5, 20)},
            {"name": "党员学习考勤制度", "action": "修订完善", "mechanism": "党员学习机制", "department": "办公室", "owner": "示例乙",
             "due": date(2005, 6, 30), "status": "征求意见"},
        ]},
        "activities": {
            "KX00": [{**meeting, "activity": "党员大会", "subject": "整改提高阶段动员大会", "held_on": date(2005, 5, 12),
                      "content": "总结分析评议阶段工作，布置整改提高阶段工作", "chair": "示例甲", "expected": 86, "attended": 80}],
            "KX02": [{**meeting, "activity": "专题组织生活会", "subject": "交流个人整改措施", "held_on": date(2005, 5, 24),
                      "content": "党员逐一交流个人整改措施和整改情况"},
                     {**meeting, "activity": "党员大会", "subject": "补开动员大会", "held_on": date(2005, 5, 16), "content": "传达动员精神"}],
        },
        "publications": {"KX01": [
            {"published": "整改方案", "published_on": date(2005, 5, 23), "form": "公示栏", "audience": "机关全体职工", "asked": 60,
             "satisfied": 12, "fairly_satisfied": 10, "dissatisfied": 30, "opinions": "整改措施不够具体", "revised": "否"}]},
        "filings": {"KX02": [
            {"document": "整改方案", "filed_on": date(2005, 5, 20), "authority": "省科协先进性教育活动办公室", "copies": 2}]},
        "survey": {"KX02": [
            {"participant": "本单位党员", "method": "书面测评", "surveyed_on": date(2005, 5, 24), "issued": 23, "returned": 22, "valid": 21,
             "satisfied": 15, "fairly_satisfied": 4, "dissatisfied": 1, "abstained": 1},
            {"participant": "服务对象", "method": "意见箱", "surveyed_on": date(2005, 5, 24), "satisfied": 3, "fairly_satisfied": 2,
             "dissatisfied": 8, "abstained": 0, "opinions": "办事时间长"}]},
        "branches": {"KX01": [
            {"name": "示例学会支部", "kind": "机关", "senior_class": "否", "full_members": 23, "has_branch": "是", "secretary": "示例丙",
             "committee": "健全", "condition": "好"},
            {"name": "示例后勤支部", "kind": "直属单位", "senior_class": "否", "full_members": 12, "has_branch": "是", "secretary": "示例丁",
             "committee": "不健全", "condition": "一般", "remedy": "补选组织委员", "due": date(2005, 6, 15)}]},
        "supervision": {"KX90": [
            {"inspected_on": date(2005, 5, 20), "unit_code": "KX02", "item_id": "KX02-T001", "inspector": "示例庚", "finding": "网站改版进度慢",
             "respond_by": date(2005, 5, 24), "result": "限期再改"}]},
    }
