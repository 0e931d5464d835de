"""Writes the lines of a paper as a .docx (ECMA-376), the same bytes for the same lines.

Only paragraphs are needed, so nothing is installed for it: three parts in a zip, not compressed
and without a time of day, because the journal holds the digest of the bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape

from haihe.kernel.paper import LineKind, PaperLine

LINES_MAX: Final = 5_000
MADE: Final = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip knows
_UNREADABLE: Final = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WORDS: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE: Final = "application/vnd.openxmlformats"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPES: Final = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="{_TYPE}-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" '
    f'ContentType="{_TYPE}-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS: Final = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
# How a line stands: alignment, size in half points, first-line indent in twentieths of a point.
_LAID: Final[dict[LineKind, tuple[str, int, int]]] = {
    "title": ("center", 44, 0),
    "number": ("right", 28, 0),
    "paragraph": ("both", 32, 640),
    "basis": ("both", 28, 640),
    "signature": ("left", 32, 0),
    "seal": ("right", 32, 0),
    "date": ("right", 32, 0),
}


def docx(lines: Iterable[PaperLine]) -> bytes:
    """The document; characters that XML cannot hold are left out."""
    paragraphs = [_paragraph(line) for line in lines]
    assert len(paragraphs) <= LINES_MAX, "a paper has a bounded number of lines"
    page = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1701" w:right="1474" '
        'w:bottom="1701" w:left="1474" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr>'
    )
    document = (
        f'{_HEAD}<w:document xmlns:w="{_WORDS}"><w:body>{"".join(paragraphs)}{page}</w:body>'
        "</w:document>"
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELATIONS),
            ("word/document.xml", document),
        ):
            part = zipfile.ZipInfo(name, MADE)
            part.create_system = 0  # the same bytes on every machine
            archive.writestr(part, content.encode("utf-8"))
    return written.getvalue()


def _paragraph(line: PaperLine) -> str:
    align, size, indent = _LAID[line.kind]
    bold = "<w:b/>" if line.kind == "title" else ""
    text = escape(_UNREADABLE.sub("", line.text))
    return (
        f'<w:p><w:pPr><w:spacing w:line="560" w:lineRule="exact"/>'
        f'<w:ind w:firstLine="{indent}"/><w:jc w:val="{align}"/></w:pPr>'
        f'<w:r><w:rPr><w:rFonts w:eastAsia="仿宋"/>{bold}<w:sz w:val="{size}"/></w:rPr>'
        f'<w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
    )
