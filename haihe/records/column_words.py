"""The published views and their columns in Chinese, for the analyst at the workshop.

The handbook tells them in English (haihe.supervision.views); a test asks that none is missing here.
"""

from __future__ import annotations

from typing import Final

VIEW_WORDS: Final[dict[str, str]] = {
    "today": "核查所站的那一刻，一行；模型不读机器的时钟",
    "matter": "每件事项一行：现在的样子",
    "event": "每条记录一行：每件事项的全部历史",
    "clock": "每个期限一行：现在的样子",
    "request": "每个协办请求一行",
    "evidence": "每份作为证据的文件或者物品一行",
    "rating": "每次好差评一行",
    "reading": "每次打开卷宗一行",
    "party": "每个当事人一行，用代号代替",
    "organ": "每个单位一行",
    "post": "每个岗位一行",
    "place": "每个地点一行",
    "finding": "每条证明监督发现的记录一行",
}
_SHARED: Final[dict[str, str]] = {
    "matter_id": "事项",
    "seq": "第几条记录，从1数起",
    "kind": "事项种类，如 chief_letter",
    "organ": "单位",
    "person": "办理人的代号，不是姓名；只能比较是不是同一个人",
    "role": "以什么身份",
    "place": "地点",
    "name": "名称",
    "above": "上一级",
    "tier": "层级：city 市、district 区、street 街镇、community 社区村",
}
_OWN: Final[dict[str, str]] = {
    "today.at": "核查时刻，世界时",
    "today.at_local": "核查时刻，本地时间",
    "matter.version": "所依程序版本自哪一日起施行",
    "matter.opened_at": "第一条记录的时间，世界时",
    "matter.closed_at": "办结时间，世界时；没有办结为空",
    "matter.state": "现在的状态",
    "matter.outcome": "结果",
    "matter.organ": "承办单位",
    "matter.source": "从哪里读来：journal 是本系统的记录",
    "matter.last_seq": "最后一条记录的序号",
    "matter.from_matter": "由哪件事项移交而来",
    "matter.from_seq": "由那件事项的第几条记录移交",
    "matter.merged_into": "并入了哪件事项",
    "matter.organ_since": "现在的承办单位从何时起承办，世界时",
    "matter.contested": "当事人对办结有异议",
    "matter.suspended": "正在中止",
    "event.happened_at": "发生时间，世界时",
    "event.happened_local": "发生时间，本地时间",
    "event.recorded_at": "录入时间，世界时",
    "event.act": "做了什么：步骤或者通用行为",
    "clock.clock": "期限；第二次起算的写作 名称#2",
    "clock.rule": "期限在程序里的名称",
    "clock.whose": "约束谁：organ 单位，citizen 当事人",
    "clock.started_at": "起算时间，世界时",
    "clock.nominal_due": "按日历数到的末日，世界时",
    "clock.legal_due": "依法届满的时间（顺延、延长、扣除之后），世界时",
    "clock.official": "为否时碰到还没有公布放假安排的年份",
    "clock.stopped_at": "停止时间，世界时",
    "clock.status": "running 计时、met 按期、overdue 届满未办、ended_late 迟办、suspended 中止",
    "clock.extended": "延长过几次",
    "clock.start_seq": "使它起算的记录",
    "clock.stop_seq": "使它停止的记录",
    "request.to_organ": "请哪个单位协助",
    "request.question": "请求的内容",
    "request.due_at": "到何时为止，世界时",
    "request.answer_seq": "答复的记录；没有答复为空",
    "request.answered_at": "答复时间，世界时",
    "request.status": "open 未到期、overdue 逾期、answered 已答复、answered_late 迟答",
    "evidence.digest": "文件的指纹（SHA-256）",
    "evidence.sort": "哪一种证据",
    "rating.stars": "5 非常满意 … 1 非常不满意",
    "rating.rated_at": "评价时间，世界时",
    "reading.read_at": "打开时间，世界时",
    "reading.purpose": "所写的目的",
    "reading.sort": "open 打开卷宗、paper 看文书、file 看附件、download 下载文书",
    "reading.clear": "看到几项没有遮盖的个人信息",
    "party.party": "当事人的代号：同一个人同一个代号",
    "party.standing": "以什么身份：申请人、被害人、代理人等",
    "party.known_by": "凭什么认得：身份证号、电话或者姓名",
    "post.post": "岗位",
    "post.rank": "岗位名称，用于批准",
    "post.since": "第一天",
    "post.until": "最后一天",
    "finding.model": "哪个模型",
    "finding.cause": "发现了什么",
    "finding.found_at": "何时首次发现，世界时",
    "finding.closed_at": "何时消除，世界时；仍在的为空",
    "finding.times": "第几次出现，从1数起",
    "finding.rectification": "由它立的整改；没有为空",
}


def words_of(view: str, column: str) -> str:
    """What a column means, in Chinese; its own name when nothing is written here."""
    return _OWN.get(f"{view}.{column}") or _SHARED.get(column, column)
