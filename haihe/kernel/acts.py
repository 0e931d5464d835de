"""The acts every procedure has without saying so: their names, fields, who may take them, and when.

They are our own house rules (law/haihe.yaml, level D): one owner at every instant, no clock reset.
"""

from __future__ import annotations

from typing import Literal

from haihe.kernel.procedure import Field
from haihe.kernel.values import Frozen

Who = Literal[
    "owner",
    "owner_or_supervisor",
    "co_handler",
    "asked_organ",
    "involved",
    "public",
    "last_actor",
    "issuer",
    "register",
    "signer",
]
PUT_RIGHT = "put_right"
REGISTER = "register"  # the role of the city's register of bodies, which no person holds
WHO_WORDS: dict[Who, str] = {
    "owner": "承办单位的人员",
    "owner_or_supervisor": "承办单位或者监督岗位的人员",
    "co_handler": "协同办理单位的人员",
    "asked_organ": "被请求协办的单位的人员",
    "involved": "承办、协办、被请求单位或者监督岗位的人员",
    "public": "当事人",
    "last_actor": "作出上一步的人",
    "issuer": "承办单位、办理那一步的单位或者监督岗位的人员",
    "register": "机构名录按机构调整文件",
    "signer": "审签轮到的人员",
}
VERDICTS = {"agree": "同意", "back": "退回"}
OPINIONS = {"agree": "同意", "disagree": "不同意"}
FINDINGS = {
    "stands": "维持原来的结果",
    "amended": "异议成立，已经补办改正",
    "again": "异议成立，另立一件重办",
}
ANSWER_CONTEST = "answer_contest"
REASON_TEXT_MAX = 2_000


class KernelAct(Frozen, frozen=True, kw_only=True):
    """One act of the kernel; `asks` and `may_ask` name its fields in `fields`."""

    name: str
    who: Who
    cites: tuple[str, ...]
    asks: tuple[str, ...] = ()
    may_ask: tuple[str, ...] = ()
    fields: dict[str, Field] = {}
    when_ended: Literal["no", "also", "only"] = "no"
    when_suspended: bool = True


def _reason(name: str = "理由") -> Field:
    return Field(name=name, type="long_text", at_least=2, at_most=REASON_TEXT_MAX)


def _words(name: str) -> Field:
    return Field(name=name, type="long_text", at_most=REASON_TEXT_MAX)


ACTS: dict[str, KernelAct] = {
    "transfer": KernelAct(
        name="转办",
        who="owner",
        cites=("haihe#one-owner", "haihe#clocks-not-reset"),
        asks=("to_organ", "reason"),
        may_ask=("to_person",),
        fields={
            "to_organ": Field(name="转往单位", type="organ"),
            "to_person": Field(name="转往人员", type="person"),
            "reason": _reason("转办理由"),
        },
    ),
    "return": KernelAct(
        name="退回",
        who="owner",
        cites=("haihe#one-owner", "haihe#return-to-holder", "haihe#clocks-not-reset"),
        asks=("reason",),
        may_ask=("to_holder",),
        fields={
            "reason": _reason("退回理由"),
            "to_holder": Field(name="退回到", hint="不选的，退回上一个承办单位"),
        },
    ),
    "succeed": KernelAct(
        name="机构承接",
        who="register",
        cites=("haihe#succession", "haihe#clocks-not-reset"),
        asks=("from_organ", "to_organ", "by_order", "reason"),
        fields={
            "from_organ": Field(name="原单位", type="organ"),
            "to_organ": Field(name="承接单位", type="organ"),
            "by_order": Field(name="机构调整文件", at_most=REASON_TEXT_MAX),
            "reason": _reason("承接理由"),
        },
        when_ended="also",
    ),
    "co_handle": KernelAct(
        name="加签",
        who="owner",
        cites=("haihe#one-owner",),
        asks=("organ",),
        may_ask=("person", "reason"),
        fields={
            "organ": Field(name="协同办理单位", type="organ"),
            "person": Field(name="协同办理人员", type="person"),
            "reason": _reason(),
        },
    ),
    "countersign": KernelAct(
        name="会签",
        who="co_handler",
        cites=("haihe#co-handler",),
        asks=("opinion", "text"),
        fields={
            "opinion": Field(name="会签意见", type="choice", choices=OPINIONS),
            "text": _words("意见内容"),
        },
    ),
    "seek_approval": KernelAct(
        name="送审",
        who="owner",
        cites=("haihe#approval",),
        asks=("for_act", "text"),
        may_ask=("signer", "second_signer"),
        fields={
            "for_act": Field(name="送审哪一步"),
            "text": Field(name="拟办意见", type="long_text", at_least=2, at_most=REASON_TEXT_MAX),
            "signer": Field(name="请谁签字", type="person"),
            "second_signer": Field(name="再请谁签字", type="person"),
        },
    ),
    "sign_off": KernelAct(
        name="审签",
        who="signer",
        cites=("haihe#approval",),
        asks=("proposal", "verdict"),
        may_ask=("text", "to_stage", "for_absent"),
        fields={
            "proposal": Field(name="审签哪一件", type="integer", at_least=1),
            "verdict": Field(name="审签意见", type="choice", choices=VERDICTS),
            "text": Field(
                name="意见内容", type="long_text", at_most=REASON_TEXT_MAX, hint="退回的要写明理由"
            ),
            "to_stage": Field(
                name="退回到哪一环节", type="integer", at_least=1, hint="不选的，退回送审的人"
            ),
            "for_absent": Field(
                name="代签的原因", at_most=200, hint="替不在岗的人代签时，写明替谁、为什么"
            ),
        },
    ),
    "withdraw": KernelAct(
        name="撤回",
        who="last_actor",
        cites=("haihe#withdraw",),
        asks=("reason",),
        fields={"reason": _reason("撤回理由")},
        when_ended="also",
    ),
    PUT_RIGHT: KernelAct(
        name="更正登记",
        who="owner",
        cites=("haihe#put-right",),
        asks=("item", "value", "reason"),
        fields={
            "item": Field(name="更正哪一项", hint="第几号记录的哪一项"),
            "value": _words("应为"),
            "reason": _reason("更正理由"),
        },
        when_ended="also",
    ),
    "extend": KernelAct(
        name="延期",
        who="owner",
        cites=("haihe#extension-is-a-document",),
        asks=("clock", "rank", "approved_on", "document", "reason"),
        fields={
            "clock": Field(name="延长哪一期限"),
            "rank": Field(name="批准机关"),
            "approved_on": Field(
                name="批准时间", hint="以日计的期限写日期；以小时计的期限写到分钟"
            ),
            "document": Field(name="批准文书", hint="文书名称和文号"),
            "reason": _reason("延期理由"),
        },
        when_suspended=False,
    ),
    "suspend": KernelAct(
        name="中止",
        who="owner",
        cites=("haihe#suspension",),
        asks=("ground", "reason"),
        fields={"ground": Field(name="中止事由"), "reason": _reason("中止理由")},
        when_suspended=False,
    ),
    "resume": KernelAct(
        name="恢复",
        who="owner",
        cites=("haihe#suspension",),
        asks=("reason",),
        fields={"reason": _reason("恢复理由")},
    ),
    "escalate": KernelAct(
        name="提级",
        who="owner_or_supervisor",
        cites=("haihe#one-owner", "haihe#clocks-not-reset"),
        asks=("to_organ", "reason"),
        fields={
            "to_organ": Field(name="提级到", type="organ"),
            "reason": _reason("提级理由"),
        },
    ),
    "request": KernelAct(
        name="协办请求",
        who="owner",
        cites=("haihe#request-and-answer",),
        asks=("organ", "question", "due"),
        fields={
            "organ": Field(name="请求单位", type="organ"),
            "question": _words("请求事项"),
            "due": Field(name="答复期限", hint="例如 2个工作日、24小时"),
        },
    ),
    "answer": KernelAct(
        name="协办答复",
        who="asked_organ",
        cites=("haihe#request-and-answer",),
        asks=("request", "text"),
        may_ask=("files",),
        fields={
            "request": Field(name="答复哪一件请求", type="integer", at_least=1),
            "text": _words("答复内容"),
            "files": Field(name="证明材料", type="files", at_least=1),
        },
        when_ended="also",
    ),
    "remark": KernelAct(
        name="批注",
        who="involved",
        cites=("haihe#remark",),
        asks=("text",),
        fields={"text": _words("批注内容")},
        when_ended="also",
    ),
    "merge": KernelAct(
        name="合并",
        who="owner",
        cites=("haihe#merge",),
        asks=("into", "reason"),
        fields={
            "into": Field(name="并入事项", type="matter", hint="写那件事项的编号"),
            "reason": _reason("合并理由"),
        },
    ),
    "issue": KernelAct(
        name="出具文书",
        who="issuer",
        cites=("haihe#paper",),
        asks=("paper", "digest", "step"),
        fields={
            "paper": Field(name="文书名称", hint="程序写明的正式名称"),
            "digest": Field(name="文书校验值", hint="文书文件的 SHA-256，64位小写十六进制"),
            "step": Field(name="依据第几号记录", type="integer", at_least=1),
        },
        when_ended="also",
    ),
    "take": KernelAct(name="领办", who="owner", cites=("haihe#one-owner",)),
    "contest": KernelAct(
        name="提出异议",
        who="public",
        cites=("haihe#contest",),
        asks=("reason",),
        fields={"reason": _reason("异议理由")},
        when_ended="only",
    ),
    ANSWER_CONTEST: KernelAct(
        name="答复异议",
        who="owner",
        cites=("haihe#contest",),
        asks=("finding", "reason"),
        fields={
            "finding": Field(name="核查结果", type="choice", choices=FINDINGS),
            "reason": Field(
                name="答复和理由",
                type="long_text",
                hint="当事人会原样看到：查了什么、为什么、还可以走什么途径；不要写别人的姓名电话",
                at_least=2,
                at_most=REASON_TEXT_MAX,
            ),
        },
        when_ended="only",
    ),
}
