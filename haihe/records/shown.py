"""What `read` gives to pages: values ready to print, so that templates do no work.

Instants are Chinese text (2026年9月1日 星期二 08:10), organs and persons are names, refusals are
sentences. Where a page needs a value to compare or to send back, it has a field of its own (`id`,
`seq`, `tone`).
"""

from __future__ import annotations

from typing import Literal

from haihe.kernel.paper import PaperLine
from haihe.kernel.sentence import Told
from haihe.kernel.values import Frozen

# How a thing should look: a page maps it to a colour and a sign, never to a colour alone.
Tone = Literal["plain", "good", "warn", "bad"]


class Reader(Frozen, frozen=True, kw_only=True):
    """Who reads: a member of staff, in all roles held; `name` is for the page's header."""

    person: str
    organ: str
    roles: tuple[str, ...]
    supervisor: bool = False
    name: str = ""
    organ_name: str = ""
    post: str = ""  # the id of the post held, "" for who acts without one


class Shown(Frozen, frozen=True, kw_only=True):
    """A labelled value: 地点 · 马场道12号. `personal` marks what is sealed apart."""

    label: str
    value: str
    personal: bool = False
    files: tuple[str, ...] = ()  # digests of the files, for a field that holds files
    matter: str = ""  # the id of the matter, for a field that names one


class Cited(Frozen, frozen=True, kw_only=True):
    """A sentence and the article it rests on (治安管理处罚法第118条), "" where none is needed."""

    text: str
    article: str = ""


class Link(Frozen, frozen=True, kw_only=True):
    """Another matter this one came from, opened, or was merged into."""

    relation: str  # 来自 / 移交为 / 并入
    matter: str
    number: str
    title: str
    subject: str
    state_name: str


class Refusal(Frozen, frozen=True, kw_only=True):
    """Why something may not be done, and what can be done instead. `field` names a wrong field."""

    reason: str
    says: str
    instead: str
    articles: tuple[str, ...] = ()
    field: str | None = None
    in_matter: Link | None = None  # where it can be done instead, for who may know of it


class FormField(Frozen, frozen=True, kw_only=True):
    """One field of a form. `type` as in the procedure; `choices` are (value, words).

    `within` is the heading under which each choice stands in a long list, or nothing.
    """

    name: str
    label: str
    type: str
    required: bool
    personal: bool = False
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    within: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    pattern: str = ""
    value: str = ""


class Condition(Frozen, frozen=True, kw_only=True):
    """A condition of a step before it is taken: `stands` is met, missing, or form: it will tell."""

    says: str
    stands: str
    instead: str = ""
    articles: tuple[str, ...] = ()


class Act(Frozen, frozen=True, kw_only=True):
    """An act and whether this reader may take it now; `refusal` says why not."""

    id: str
    name: str
    role: str  # the role in which the reader would act
    role_name: str
    general: bool  # one of the acts every procedure has (转办, 批注, …), not a step of this one
    final: bool
    articles: tuple[str, ...]
    form: tuple[FormField, ...]
    refusal: Refusal | None = None
    conditions: tuple[Condition, ...] = ()  # of a step of a matter: what it needs, missing first
    papers: tuple[str, ...] = ()  # the papers it issues


class ClockFace(Frozen, frozen=True, kw_only=True):
    """A clock: `says` is 还剩2天 or 已超期3小时; `why` explains the date step by step."""

    id: str
    name: str
    status: str
    status_name: str
    tone: Tone
    says: str
    started: str
    stopped: str
    nominal: str
    legal: str
    official: bool
    whose: str
    why: tuple[Cited, ...]
    articles: tuple[str, ...]
    after_due: str = ""
    share: int | None = None  # per cent of its time that is used, while it runs
    agreed: str = ""  # of a length no law fixes: where it comes from and when that was checked


class Line(Frozen, frozen=True, kw_only=True):
    """One event of the timeline. `undone` when it was withdrawn later; `recorded` if much later."""

    seq: int
    when: str
    act: str
    what: str
    who: str
    organ: str
    values: tuple[Shown, ...]
    recorded: str = ""
    undone: bool = False
    fingerprint: str = ""  # the first 16 hex digits of the event's hash
    proposal: int = 0  # the proposal that was signed here, or by which the act was taken
    round: int = 0  # which round of its act that proposal is, from 1; of the proposal itself too


class Asked(Frozen, frozen=True, kw_only=True):
    """A question to another organ (协办) and its answer, if any; `seq` is what `answer` names."""

    seq: int
    organ: str
    question: str
    asked: str
    due: str
    answered: bool
    mine: bool  # the reader's organ was asked
    until: str = ""  # when its time is over, "" where it was not told
    says: str = ""  # 还剩2天 or 已超期3小时, while it waits
    tone: Tone = "plain"
    answer: str = ""
    answered_when: str = ""
    answer_seq: int = 0


class SeatFace(Frozen, frozen=True, kw_only=True):
    """A signature of an approval: whose, and who gave it when; "" while nobody did."""

    name: str
    person: str  # who was named, "" where a role signs
    organ: str
    signed_by: str
    when: str
    for_absent: str
    seq: int  # the number of the signature's event, 0 without one


class StageFace(Frozen, frozen=True, kw_only=True):
    """A stage of an approval; `now`: it is its turn."""

    name: str
    seats: tuple[SeatFace, ...]
    now: bool


class PaperDraft(Frozen, frozen=True, kw_only=True):
    """A paper as it would be issued; `lacks` names what stands blank in it."""

    id: str
    name: str
    lines: tuple[PaperLine, ...]
    lacks: tuple[str, ...]


class Foretold(Frozen, frozen=True, kw_only=True):
    """A step before it is taken: its conditions, what is missing first, and its papers."""

    conditions: tuple[Condition, ...]
    papers: tuple[PaperDraft, ...]


class Changed(Frozen, frozen=True, kw_only=True):
    """A value that another round of the same approval had otherwise; "" where it had none."""

    label: str
    before: str
    now: str


class ApprovalFace(Frozen, frozen=True, kw_only=True):
    """An act that was proposed for approval, and how that stands."""

    seq: int
    act: str
    by: str
    when: str
    text: str
    standing: str
    standing_name: str
    tone: Tone
    stages: tuple[StageFace, ...]
    articles: tuple[str, ...]
    own: str  # the organ's own document that asks for it
    back: str  # why it was sent back last
    mine: bool  # it waits for this reader
    for_act: str  # the id of the act
    values: tuple[Shown, ...]  # what the act will take, as far as the reader sees it
    binds: bool  # all have signed: the act takes these values and no others
    round: int = 1  # which time the act is proposed since it was last taken
    changed: tuple[Changed, ...] = ()  # since the round before
    before_back: str = ""  # why the round before was sent back
    foretold: Foretold | None = None  # of one that waits or may be used


class Gathered(Frozen, frozen=True, kw_only=True):
    """A finding a rectification stands for; `link` is its matter, if the reader may know of it.

    `events` are the numbers of the events that prove it; `closed` is when its cause was gone.
    """

    says: str
    events: tuple[int, ...]
    first_seen: str
    closed: str
    link: Link | None


class Against(Frozen, frozen=True, kw_only=True):
    """A finding against a matter: what is wrong, which events prove it, where it is put right."""

    name: str
    says: str
    events: tuple[int, ...]
    first_seen: str
    closed: str  # when its cause was gone
    rectification: Link | None
    clocks: tuple[ClockFace, ...]  # of the rectification


class PaperRow(Frozen, frozen=True, kw_only=True):
    """A paper that a step of the matter issues; `issued` is when, "" while it was not.

    `clear`: this reader sees every field it holds, so may issue it and have its file.
    """

    id: str
    name: str
    step: int  # the number of the event of the step
    step_name: str
    when: str
    issued: str
    digest: str  # SHA-256 of the .docx
    clear: bool
    draft: bool = False  # of a step that was only proposed: `step` is the proposal's number


class Paper(Frozen, frozen=True, kw_only=True):
    """What a paper says to this reader; `file` is the .docx, empty unless all of it is clear."""

    row: PaperRow
    lines: tuple[PaperLine, ...]
    file: bytes
    lacks: tuple[str, ...] = ()  # of a draft: what stands blank in it


class File(Frozen, frozen=True, kw_only=True):
    """A matter as one reader may see it for one purpose. `seq` goes into `Command.expects`."""

    matter: str
    number: str
    kind: str
    title: str
    subject: str  # one line of public words: what it is about
    version: str
    basis: tuple[str, ...]
    state: str
    state_name: str
    citizen_says: str
    ended: bool
    outcome: str
    contested: bool
    suspended: bool
    owner: str
    owner_person: str
    co_handlers: tuple[str, ...]
    opened: str
    from_public: bool  # somebody of the public brought it
    since_opened: str  # 群众反映以来: 3天2小时
    with_owner: str  # 本单位接手以来: 5小时
    code: str  # the citizen's follow code, "" unless this reader may tell it
    fields: tuple[Shown, ...]
    timeline: tuple[Line, ...]
    clocks: tuple[ClockFace, ...]
    acts: tuple[Act, ...]
    requests: tuple[Asked, ...]
    approvals: tuple[ApprovalFace, ...]
    links: tuple[Link, ...]
    gathered: tuple[Gathered, ...]  # of a rectification: the findings it stands for
    gathered_in_all: int
    against: tuple[Against, ...]  # findings about this matter, for who handles or supervises it
    hidden: int  # how many fields this reader may not see for this purpose
    papers: tuple[PaperRow, ...]
    seq: int
    fingerprint: str


class Step(Frozen, frozen=True, kw_only=True):
    """One line of what a citizen sees: what happened, when, at which organ."""

    when: str
    what: str
    organ: str


class CitizenFile(Frozen, frozen=True, kw_only=True):
    """What a citizen sees with the follow code: no names, no personal fields, no remarks."""

    matter: str
    number: str
    title: str
    subject: str
    state_name: str
    says: str
    told: Told  # what happens, who, what next, until when, what can be done
    ended: bool
    outcome: str
    organ: str
    opened: str
    since_opened: str
    steps: tuple[Step, ...]
    clocks: tuple[ClockFace, ...]
    acts: tuple[Act, ...]  # what the public role may still do (异议)
    seq: int
    fingerprint: str
    kind: str = ""
    also: int = 0  # how many others met the same thing and joined
    joined: bool = False  # seen with the code of somebody who joined it, or of an agent
    agent: bool = False  # seen with the code of who acts for the applicant
    into: str = ""  # the number of the matter that this one was merged into
    into_told: Told | None = None  # and how far that one is


class Item(Frozen, frozen=True, kw_only=True):
    """One row of an inbox or a search: everything it prints. `after` continues the list."""

    matter: str
    number: str
    title: str
    subject: str
    state_name: str
    owner: str
    owner_person: str
    opened: str
    from_public: bool  # as every matter of its kind
    since_opened: str
    with_owner: str
    due: str  # legal due date of the most urgent running clock, "" if none runs
    due_name: str
    says: str  # 还剩2天 / 已超期3小时
    tone: Tone
    ended: bool
    after: str
    asked_until: str = ""  # when the answer of the reader's organ is wanted
    asked_says: str = ""
    asked_tone: Tone = "plain"


class Listing(Frozen, frozen=True, kw_only=True):
    """A page of rows; `after` is "" on the last page, else the argument for the next one."""

    items: tuple[Item, ...]
    after: str = ""


class FindingRow(Frozen, frozen=True, kw_only=True):
    """What a model noticed, and the rectification it opened ("" if the model is on trial)."""

    id: int
    model: str
    model_name: str
    matter: str
    number: str
    title: str
    subject: str
    says: str
    events: tuple[int, ...]
    first_seen: str
    last_seen: str
    closed: str
    times: int
    open: bool
    rectification: str
    rectification_number: str
    rectification_state: str
    after: str


class FindingList(Frozen, frozen=True, kw_only=True):
    """A page of findings; `after` continues it."""

    rows: tuple[FindingRow, ...]
    after: str = ""


class KindOf(Frozen, frozen=True, kw_only=True):
    """A kind of matter this reader may open now, with its opening steps and their forms."""

    kind: str
    name: str
    acts: tuple[Act, ...]
