"""Builders of files that strangers send: broken, locked, swollen, looping. Small on disk, made on the spot."""

from __future__ import annotations

import io
import zipfile
import zlib

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def pdf(*objects: str | bytes, root: int = 1, trailer: str = "") -> bytes:
    """A PDF from object bodies numbered from 1, with a correct cross-reference table."""
    body = io.BytesIO()
    body.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, one in enumerate(objects, 1):
        places.append(body.tell())
        body.write(f"{number} 0 obj\n".encode() + (one if isinstance(one, bytes) else one.encode()) + b"\nendobj\n")
    start = body.tell()
    body.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    for place in places:
        body.write(f"{place:010d} 00000 n \n".encode())
    said = f"trailer\n<< /Size {len(objects) + 1} /Root {root} 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n"
    body.write(said.encode())
    return body.getvalue()


def stream(content: bytes, extra: str = "") -> bytes:
    return f"<< /Length {len(content)} {extra} >>\nstream\n".encode() + content + b"\nendstream"


_CATALOG = "<< /Type /Catalog /Pages 2 0 R >>"
_ONE_PAGE = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_DRAWING_PAGE = (
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>"
)


def many_pages(count: int) -> bytes:
    """`count` empty pages in one flat tree."""
    kids = " ".join(f"{number} 0 R" for number in range(3, count + 3))
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    return pdf(_CATALOG, f"<< /Type /Pages /Kids [{kids}] /Count {count} >>", *[page] * count)


def huge_page() -> bytes:
    """One page of 14,400 x 14,400 points with a line of text as a drawn path."""
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 14400 14400] /Contents 4 0 R >>"
    return pdf(_CATALOG, _ONE_PAGE, page, stream(b"100 w 0 0 m 14400 14400 l S"))


def image_bomb(side: int = 20_000) -> bytes:
    """A page whose picture has `side` x `side` pixels in a few kilobytes."""
    row = zlib.compressobj(9)
    data = b"".join(row.compress(bytes(side)) for _ in range(side // 8)) + row.flush()
    extra = f"/Type /XObject /Subtype /Image /Width {side} /Height {side} /BitsPerComponent 1 /ColorSpace /DeviceGray"
    page = _DRAWING_PAGE.replace("/F 5", "/I 5")
    return pdf(
        _CATALOG,
        _ONE_PAGE,
        page,
        stream(b"595 0 0 842 0 0 cm /I Do"),
        stream(data, extra + " /Filter /FlateDecode"),
    )


def looping_tree() -> bytes:
    """A page tree whose kid is its own parent."""
    return pdf(_CATALOG, "<< /Type /Pages /Kids [2 0 R] /Count 3 >>")


def looping_form() -> bytes:
    """A form that draws itself."""
    form = "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /F 5 0 R >> >>"
    return pdf(
        _CATALOG,
        _ONE_PAGE,
        _DRAWING_PAGE,
        stream(b"/F Do /F Do"),
        stream(b"/F Do /F Do", form),
    )


def looping_previous() -> bytes:
    """A cross-reference section that names itself as the one before."""
    whole = pdf(_CATALOG, _ONE_PAGE, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>")
    start = int(whole.split(b"startxref\n")[1].split(b"\n")[0])
    return whole.replace(b"trailer\n<<", f"trailer\n<< /Prev {start}".encode())


def nested_arrays(depth: int = 100_000) -> bytes:
    """A catalogue entry of arrays within arrays."""
    deep = "<< /Type /Catalog /Pages 2 0 R /Deep " + "[" * depth + "]" * depth + " >>"
    return pdf(deep, _ONE_PAGE, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>")


def form_fan(levels: int = 12, width: int = 30) -> bytes:
    """Forms that each draw the next one `width` times: width ** levels drawings in a few kilobytes."""
    forms = []
    for level in range(levels):
        head = "/Type /XObject /Subtype /Form /BBox [0 0 595 842]"
        if level + 1 < levels:
            head += f" /Resources << /XObject << /F {6 + level} 0 R >> >>"
        forms.append(stream(b"/F Do " * width if level + 1 < levels else b"0 0 m 9 9 l S", head))
    return pdf(_CATALOG, _ONE_PAGE, _DRAWING_PAGE, stream(b"/F Do"), *forms)


def locked(content: bytes, *, user: str, owner: str = "owner") -> bytes:
    """The PDF encrypted; an empty `user` password opens it without asking."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(user_password=user, owner_password=owner, algorithm="AES-256")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def with_script_and_attachment(content: bytes) -> bytes:
    """The PDF with JavaScript on opening and another file inside."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )
    writer.root_object[NameObject("/OpenAction")] = script
    writer.add_attachment("hidden.txt", b"inside")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def word_document() -> bytes:
    """The beginning of a DOCX: a ZIP."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    return target.getvalue()


def png_bomb(side: int = 20_000) -> bytes:
    """A PNG of `side` x `side` white pixels."""
    target = io.BytesIO()
    Image.new("1", (side, side), 1).save(target, "PNG", optimize=True)
    return target.getvalue()


def broken_references(content: bytes) -> bytes:
    """The PDF with its cross-reference table pointing nowhere."""
    before, after = content.rsplit(b"startxref", 1)
    return before + b"startxref\n99999999\n%%EOF" + after[-1:]
