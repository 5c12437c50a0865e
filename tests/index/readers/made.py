"""Small files of many formats, made here: each says that the ministers met in Rabat."""

import bz2
import gzip
import io
import json
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Sequence

TITLE = "Une réunion à Rabat"
TEXT = "Les ministres ont parlé de pêche et de frontières."


def zipped(members: dict[str, str | bytes], stored: str = "") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            method = zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, method)
    return data.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


def rarred(members: dict[str, bytes]) -> bytes:
    """Return a RAR archive (1.5) with members that are not compressed."""

    def block(kind: int, flags: int, head: bytes, data: bytes = b"") -> bytes:
        content = struct.pack("<BHH", kind, flags, 7 + len(head)) + head
        return struct.pack("<H", zlib.crc32(content) & 0xFFFF) + content + data

    blocks = block(0x73, 0, bytes(6))
    for name, data in members.items():
        sizes = struct.pack("<IIBI", len(data), len(data), 3, zlib.crc32(data))
        head = (
            sizes + struct.pack("<IBBHI", 0, 20, 0x30, len(name.encode()), 0o100644) + name.encode()
        )
        blocks += block(0x74, 0x8000, head, data)
    return b"Rar!\x1a\x07\0" + blocks + block(0x7B, 0x4000, b"")


def seven_zipped(members: dict[str, bytes]) -> bytes:
    """Return a 7z archive, made by libarchive."""
    import libarchive

    pieces: list[bytes] = []

    def write(data: memoryview) -> int:
        pieces.append(bytes(data))
        return len(data)

    with libarchive.custom_writer(write, "7zip") as archive:
        for name, data in members.items():
            archive.add_file_from_memory(name, len(data), data)
    return b"".join(pieces)


def pdf(
    *lines: str, title: str = "", size: int = 24, pages: int = 1, sizes: Sequence[int] = ()
) -> bytes:
    """Return a PDF file whose first line, or lines, are set in larger letters."""
    sizes = [*(sizes or [size]), *[11] * len(lines)]
    shown = "".join(
        f"BT /F1 {sizes[number]} Tf 50 {700 - 40 * number} Td ({line}) Tj ET\n"
        for number, line in enumerate(lines)
    )
    return pdf_of([shown] * pages, title)


def book(*pages: str) -> bytes:
    """Return a PDF file with a line on each page; an empty one has none."""
    return pdf_of([f"BT /F1 11 Tf 50 700 Td ({page}) Tj ET\n" if page else "" for page in pages])


def pdf_of(pages: Sequence[str], title: str = "", more: dict[int, bytes] | None = None) -> bytes:
    """Return a PDF file of the operators of its pages, with further objects from 1000 on."""
    kids = " ".join(f"{10 + 2 * number} 0 R" for number in range(len(pages)))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        5: f"<< /Title ({title}) /Author (user) /CreationDate (D:20191114094100+01'00') >>".encode(
            "cp1252"
        ),
    }
    for number, page in enumerate(pages):
        shown = page.encode("cp1252")
        objects[10 + 2 * number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> /XObject << /I 1000 0 R >> >> >>"
            % (11 + 2 * number)
        )
        objects[11 + 2 * number] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown)
    objects |= more or {}
    data = b"%PDF-1.4\n"
    places = {}
    for number, content in objects.items():
        places[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(data)
    table = b"".join(b"%d 1\n%010d 00000 n \n" % (n, place) for n, place in places.items())
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\n" % (max(objects) + 1)
    end = b"startxref\n%d\n%%%%EOF" % start
    return data + b"xref\n0 1\n0000000000 65535 f \n" + table + trailer + end


def pdf_bomb(mebibytes: int) -> bytes:
    """Return a PDF file whose page is so many MiB once it is unpacked."""
    packer = zlib.compressobj(9)
    space = b" " * 1024 * 1024
    shown = b"".join(packer.compress(space) for _ in range(mebibytes)) + packer.flush()
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(shown), shown)
    plain = pdf("Un")
    start = plain.index(b"<< /Length")
    return plain[:start] + stream + plain[plain.index(b"endstream") + 9 :]


_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-'
    'properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:t="http://purl.org/dc/terms/">'
    "<dc:title>%s</dc:title><dc:creator>Anne Exemple</dc:creator>"
    "<t:created>2019-11-14T09:41:00Z</t:created></cp:coreProperties>"
)
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def docx(body: str = "", title: str = "Normal.dot", styles: str = "", **members: bytes) -> bytes:
    body = body or (
        f'<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>{TITLE}</w:t></w:r></w:p>'
        f"<w:p><w:r><w:t>{TEXT}</w:t></w:r><w:del><w:r><w:delText>biffé</w:delText></w:r></w:del>"
        "<w:r><w:instrText>PAGEREF</w:instrText></w:r></w:p>"
    )
    return zipped(
        {
            "[Content_Types].xml": _TYPES,
            "docProps/core.xml": _CORE % title,
            "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": f"<w:styles {_W}>{styles}</w:styles>",
            "word/footnotes.xml": f"<w:footnotes {_W}><w:p><w:r><w:t>Une note.</w:t></w:r></w:p>"
            "</w:footnotes>",
            **{f"word/embeddings/{name}": data for name, data in members.items()},
        }
    )


def xlsx(cells: str = "") -> bytes:
    cells = cells or (
        '<row><c r="A1" t="s"><v>0</v></c></row>'
        '<row><c r="A2" t="s"><v>1</v></c><c r="B2" s="1"><v>43783</v></c></row>'
    )
    return zipped(
        {
            "[Content_Types].xml": _TYPES,
            "docProps/core.xml": _CORE % "",
            "xl/workbook.xml": f'<workbook {_S} {_R}><sheets><sheet name="Feuil1" r:id="r1"/>'
            "</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/sharedStrings.xml": f"<sst {_S}><si><t>{TITLE}</t></si><si><t>{TEXT}</t></si>"
            "</sst>",
            "xl/styles.xml": f'<styleSheet {_S}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
            "</cellXfs></styleSheet>",
            "xl/worksheets/sheet1.xml": f"<worksheet {_S}><sheetData>{cells}</sheetData>"
            "</worksheet>",
        }
    )


def _slide(title: str, text: str) -> str:
    def shape(kind: str, words: str) -> str:
        return (
            f'<p:sp><p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr><p:txBody><a:p>'
            f"<a:r><a:t>{words}</a:t></a:r></a:p></p:txBody></p:sp>"
        )

    shapes = shape("title", title) + shape("body", text)
    return f"<p:sld {_P} {_A}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"


def pptx(title: str = TITLE) -> bytes:
    return zipped(
        {
            "[Content_Types].xml": _TYPES,
            "docProps/core.xml": _CORE % "Diapositive 1",
            "ppt/presentation.xml": f'<p:presentation {_P} {_R}><p:sldIdLst><p:sldId r:id="r2"/>'
            '<p:sldId r:id="r1"/></p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": '<Relationships><Relationship Id="r1" '
            'Target="slides/slide1.xml"/><Relationship Id="r2" Target="slides/slide2.xml"/>'
            "</Relationships>",
            "ppt/slides/slide1.xml": _slide("La suite", "Fin."),
            "ppt/slides/slide2.xml": _slide(title, TEXT),
        }
    )


def odf(kind: str = "text", body: str = "") -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    body = body or (
        f'<t:h t:outline-level="1">{TITLE}</t:h><t:p>Les <t:span>ministres</t:span><t:s/>ont parlé '
        "de pêche et de frontières.</t:p>"
    )
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f'<o:document-content xmlns:o="{office}" xmlns:t="{text}"><o:body>'
            f"{body}</o:body></o:document-content>",
            "meta.xml": '<m xmlns:x="urn:x"><x:initial-creator>Anne Exemple</x:initial-creator>'
            "<x:creation-date>2019-11-14T09:41:00</x:creation-date></m>",
        },
        stored="mimetype",
    )


def odp(*slides: str) -> bytes:
    draw = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
    body = "".join(f'<d:page xmlns:d="{draw}"><t:p>{slide}</t:p></d:page>' for slide in slides)
    return odf("presentation", body)


def epub() -> bytes:
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="O/c.opf"/>'
            "</rootfiles></container>",
            "O/c.opf": '<package xmlns:dc="urn:dc"><metadata>'
            f"<dc:title>{TITLE}</dc:title><dc:creator>Anne Exemple</dc:creator>"
            "<dc:date>2019-11-14</dc:date><dc:language>fr</dc:language></metadata>"
            '<manifest><item id="a" href="a.xhtml"/></manifest>'
            '<spine><itemref idref="a"/></spine></package>',
            "O/a.xhtml": f"<html><head><title>x</title></head><body><p>{TEXT}</p></body></html>",
        },
        stored="mimetype",
    )


def mail(*parts: str, subject: str = "=?utf-8?q?Une_r=C3=A9union_=C3=A0_Rabat?=") -> bytes:
    head = (
        f"From: Anne Exemple <anne@exemple.example>\nSubject: {subject}\n"
        "Message-ID: <1@exemple.example>\nDate: Thu, 14 Nov 2019 09:41:00 +0100\n"
        "MIME-Version: 1.0\n"
    )
    if not parts:
        return f"{head}Content-Type: text/plain; charset=utf-8\n\n{TEXT}\n".encode()
    body = "".join(f"--B\n{part}\n" for part in parts)
    return f'{head}Content-Type: multipart/mixed; boundary="B"\n\n{body}--B--\n'.encode()


def letter(
    number: int,
    *parts: str,
    answers: str = "",
    sender: str = "Anne Exemple <anne@exemple.example>",
    to: str = "Bruno Essai <bruno@essai.example>",
    cc: str = "",
    text: str = TEXT,
) -> bytes:
    """Return a mail of a conversation; ``answers`` are headers such as ``References``."""
    head = (
        f"From: {sender}\nTo: {to}\nCc: {cc}\nSubject: Lettre {number}\n{answers}"
        f"Message-ID: <{number}@exemple.example>\n"
        f"Date: Thu, 14 Nov 2019 {number // 60:02}:{number % 60:02}:00 +0100\nMIME-Version: 1.0\n"
    )
    plain = f"Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    if not parts:
        return f"{head}{plain}".encode()
    body = "".join(f"--B\n{part}\n" for part in (plain, *parts))
    return f'{head}Content-Type: multipart/mixed; boundary="B"\n\n{body}--B--\n'.encode()


def attached(name: str, text: str) -> str:
    return f'Content-Type: text/plain\nContent-Disposition: attachment; filename="{name}"\n\n{text}'


def mbox(count: int = 2) -> bytes:
    return b"\n".join(
        b"From - Thu Nov 14 09:41:00 2019\n" + mail().replace(b"<1@", b"<%d@" % number)
        for number in range(count)
    )


def tnef(text: str = TEXT, files: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    def attribute(level: int, id: int, value: bytes) -> bytes:
        return struct.pack("<BII", level, id, len(value)) + value + b"\0\0"

    data = struct.pack("<IH", 0x223E9F78, 1)
    data += attribute(1, 0x00018004, TITLE.encode("cp1252") + b"\0")
    data += attribute(1, 0x0002800C, text.encode("cp1252") + b"\0")
    for name, content in files:
        data += attribute(2, 0x00069002, b"\0" * 14)
        data += attribute(2, 0x00018010, name.encode() + b"\0")
        data += attribute(2, 0x0006800F, content)
    return data


def g2(
    version: int = 1,
    status: str = "usable",
    embargo: str = "",
    guid: str = "urn:x:1",
    text: str = TEXT,
) -> bytes:
    return (
        '<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>'
        f'<newsItem guid="{guid}" version="{version}" xml:lang="fr"><itemMeta>'
        '<provider literal="Agence Exemple"/><versionCreated>2019-11-14T09:41:00+01:00'
        f'</versionCreated>{embargo}<pubStatus qcode="stat:{status}"/></itemMeta><contentMeta>'
        f'<headline>{TITLE}</headline><by>Par Anne Exemple</by><subject qcode="medtop:11000000"/>'
        f"</contentMeta><contentSet><inlineXML><html><body><p>{text}</p></body></html></inlineXML>"
        "</contentSet></newsItem></itemSet></newsMessage>"
    ).encode()


NEWSML = (
    f"<NewsML><NewsItem><Identification><NewsIdentifier><PublicIdentifier>urn:newsml:x:1:2"
    "</PublicIdentifier><RevisionId>2</RevisionId></NewsIdentifier></Identification>"
    "<NewsManagement><ThisRevisionCreated>20191114T094100+0100</ThisRevisionCreated><Status "
    f'FormalName="Usable"/></NewsManagement><HeadLine>{TITLE}</HeadLine><ByLine>Par Anne Exemple'
    f"</ByLine><DataContent><p>{TEXT}</p></DataContent></NewsItem></NewsML>"
).encode()
NITF = (
    '<nitf><head><docdata><doc-id id-string="n1"/><date.issue norm="20191114T094100+0100"/>'
    f"</docdata></head><body><body.head><hedline><hl1>{TITLE}</hl1></hedline><byline>"
    "By Anne Exemple"
    f"</byline></body.head><body.content><p>{TEXT}</p></body.content></body></nitf>"
).encode()
NINJS = json.dumps(
    {
        "uri": "urn:x:2",
        "version": "3",
        "pubstatus": "usable",
        "versioncreated": "2019-11-14T09:41:00+01:00",
        "headline": TITLE,
        "byline": "Anne Exemple",
        "body_html": f"<p>{TEXT}</p>",
    }
).encode()
WIRE = (
    f"\x01eca062 4 i 211 ccccb   dpa 061\r\n\r\nMaroc/peche/\r\n\x02{TITLE} =\r\n"
    "Par Anne Exemple =\r\n\r\n"
    f"   {TEXT}\r\n\x03141041 GMT Nov 19\r\n"
).encode("cp1252")
RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Agence Exemple</title><item>'
    f"<title>{TITLE}</title><link>https://exemple.example/1</link><description>{TEXT}</description>"
    "<pubDate>Thu, 14 Nov 2019 09:41:00 +0100</pubDate></item></channel></rss>"
).encode()
WARC_HEAD = (
    "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://exemple.example/{page}\r\n"
    "WARC-Date: 2019-11-14T09:41:00Z\r\nWARC-Record-ID: <urn:uuid:{page}>\r\n"
    "Content-Type: application/http; msgtype=response\r\nContent-Length: {length}\r\n\r\n"
)


def warc(status: str = "200 OK", kind: str = "response", page: str = "1") -> bytes:
    html = f"<html><head><title>{TITLE}</title></head><body><p>{TEXT}</p></body></html>".encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n".encode()
    block = head + html
    line = WARC_HEAD.format(kind=kind, page=page, length=len(block))
    return line.encode() + block + b"\r\n\r\n"


MEDIAWIKI = (
    "<mediawiki><siteinfo><sitename>Exemple</sitename></siteinfo><page>"
    f"<title>{TITLE}</title><ns>0</ns><revision><timestamp>2018-01-01T00:00:00Z</timestamp><text>avant"
    "</text></revision><revision><timestamp>2019-11-14T08:41:00Z</timestamp><text>{{Infobox}} Les "
    "[[ministre|ministres]] ont parlé de ''pêche'' et de frontières.</text></revision></page>"
    "<page><title>R</title><ns>0</ns><redirect/><revision><text>#REDIRECT [[x]]</text></revision>"
    "</page></mediawiki>"
).encode()
WXR = (
    '<rss xmlns:wp="http://wordpress.org/export/1.2/" xmlns:content="urn:c" xmlns:dc="urn:d">'
    "<channel>"
    "<title>Exemple</title>"
    + "".join(
        f"<item><title>{TITLE}</title><dc:creator>Anne Exemple</dc:creator><content:encoded>"
        f"<![CDATA[<p>{TEXT}</p>]]></content:encoded><wp:post_id>{n}</wp:post_id><wp:post_date_gmt>"
        f"2019-11-14 08:41:00</wp:post_date_gmt><wp:status>{status}</wp:status><wp:post_type>post"
        "</wp:post_type></item>"
        for n, status in ((1, "publish"), (2, "draft"))
    )
    + "</channel></rss>"
).encode()
SRT = f"1\n00:00:01,000 --> 00:00:02,000\n<i>{TEXT}</i>\n".encode()
VTT = f"WEBVTT\n\n00:01.000 --> 00:02.000 align:start\n<c.x>{TEXT}</c>\n".encode()
MARKDOWN = f"# {TITLE}\n\nLes **ministres** ont parlé de [pêche](x) et de frontières.\n".encode()
RTF = (
    rb"{\rtf1\ansi\ansicpg1252{\info{\title Une r\'e9union \'e0 Rabat}{\author Anne Exemple}"
    rb"{\creatim\yr2019\mo11\dy14\hr9\min41}}Les ministres ont parl\'e9 de p\'eache et de"
    rb" fronti\'e8res.\par}"
)

FILES: dict[str, bytes] = {
    "a.pdf": pdf(TITLE, TEXT, title="Binder1.pdf"),
    "a.docx": docx(),
    "a.xlsx": xlsx(),
    "a.pptx": pptx(),
    "a.odt": odf(),
    "a.epub": epub(),
    "a.rtf": RTF,
    "a.eml": mail(),
    "a.mbox": mbox(1),
    "winmail.dat": tnef(),
    "a.zip": zipped({"b.eml": mail()}),
    "a.tar": tarred({"b.eml": mail()}),
    "a.tar.gz": gzip.compress(tarred({"b.eml": mail()}), mtime=0),
    "a.eml.bz2": bz2.compress(mail()),
    "g2.xml": g2(),
    "newsml.xml": NEWSML,
    "nitf.xml": NITF,
    "ninjs.json": NINJS,
    "wire.txt": WIRE,
    "feed.xml": RSS,
    "a.warc": warc(),
    "a.warc.gz": gzip.compress(warc(), mtime=0),
    "a.wacz": zipped({"archive/a.warc": warc()}),
    "wiki.xml": MEDIAWIKI,
    "wxr.xml": WXR,
    "a.srt": SRT,
    "a.vtt": VTT,
    "a.md": MARKDOWN,
}
"""A file of every format that can be made here, by a usual name."""
UNTITLED = ("a.srt", "a.vtt")
UNDATED = ("a.srt", "a.vtt", "a.md", "winmail.dat")
