"""The words beside the numbers of the board: what each is, and what exactly it counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haihe.records.board_lists import Section, Which

NUMBERS: Final[Mapping[Which, tuple[Promise, Promise]]] = {
    "new_today": (_("今日新收"), _("今天零时以来登记的")),
    "seen_today": (_("今日已查看"), _("监督人员打开过卷宗")),
    "unseen_today": (_("今日未查看"), _("还没有监督人员打开过")),
    "ended_today": (_("今日办结"), _("今天零时以来办结的")),
    "overdue": (_("已经超期"), _("期限已过仍未办到")),
    "due_today": (_("今天到期"), _("现在起到今天二十四时")),
    "due_tomorrow": (_("明天到期"), _("明天零时到二十四时")),
    "due_three_days": (_("三天内到期"), _("现在起到后天二十四时")),
    "open": (_("正在办理"), _("全部未办结事项")),
    "contested": (_("群众有异议"), _("办结后提出异议")),
    "suspended": (_("已经中止"), _("期限暂停计算")),
    "rectifications_today": (_("今日立项"), _("今天立的整改")),
    "rectifications": (_("正在整改"), _("还没有销号的")),
    "rectifications_overdue": (_("整改超期"), _("没有按期答复或者整改")),
    "rectifications_escalated": (_("整改已提级"), _("交给上一级单位的")),
    "whistles_today": (_("今日吹哨"), _("今天吹的哨")),
    "whistles_waiting": (_("等待报到"), _("部门还没有报到，或者说明待裁定")),
    "whistles_missing": (_("过时未报到"), _("已经对部门立整改")),
    "whistles_working": (_("报到后办理中"), _("部门正在办，或者等吹哨单位核收")),
    "hazards_listed": (_("隐患挂牌督办"), _("挂牌治理中的隐患点段")),
    "oversight_cases": (_("执法监督案件"), _("监督机构正在办的案件")),
    "custody": (_("办案区现有"), _("现在在办案区的人次")),
    "custody_arriving": (_("送到待登记"), _("到了还没有登记")),
    "custody_waiting": (_("在区等候"), _("登记后等候的")),
    "custody_questioned": (_("正在询问讯问"), _("询问讯问没有结束的")),
    "custody_out": (_("临时带出"), _("经批准带出，还没有带回")),
    "custody_overdue": (_("办案区超时"), _("询问、传唤等时限已经届满")),
    "letters_late": (_("来信超期"), _("登记、签收或者答复的期限已过；自动列在这里")),
    "letters_today": (_("今日来信"), _("今天零时以来收到的")),
    "letters_due": (_("三天内要答复或者办到"), _("最急的期限在后天以前")),
    "letters_waiting": (_("等登记、等交办"), _("还在信箱里的")),
    "letters_open": (_("没有办结的来信"), _("全部未办结的")),
    "letters_joined": (_("与别的来信一并办理"), _("等先来的一封答复")),
    "letters_answered": (_("已答复待办结"), _("答复了，还没有决定是否公开")),
    "new_week": (_("七天新收"), _("今天和前六天登记的")),
    "new_four_weeks": (_("四周新收"), _("今天和前二十七天登记的")),
}
SECTIONS: Final[Mapping[Section, tuple[Promise, Promise]]] = {
    "today": (_("今日新收与查看"), _("每一件新收的事项都要有监督人员看过，不抽样。")),
    "due": (_("将要到期"), _("按每件事项最急的一个期限。")),
    "standing": (_("在办"), _("监督范围内没有办结的。")),
    "rectification": (_("整改"), _("监督发现立为整改，由被监督单位答复，另一单位复查。")),
    "whistle": (_("吹哨与督办"), _("吹哨报到、挂牌督办、执法监督案件。")),
    "custody": (_("办案区此刻"), _("只有人次，不显示任何人的信息。")),
}
LEVELS: Final[Mapping[str, Promise]] = {
    "grave": _("严重"),
    "warning": _("警示"),
    "notice": _("提示"),
    "": _("已停用"),
}
