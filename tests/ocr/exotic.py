"""Builders of lawful but unusual PDFs: every way a scanner may store a page, every way a page may be put together."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject

from tests.ocr.hostile import pdf, stream
from tests.ocr.papers import Paper, born_digital

_CATALOG = "<< /Type /Catalog /Pages 2 0 R >>"
_PAGES = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def image_page(image: bytes, facts: str, *others: str | bytes, content: bytes = b"", page: str = "") -> bytes:
    """A4 whose only content is the image; `facts` are its dictionary's entries, `others` objects from 6 on."""
    content = content or b"q 595 0 0 842 0 0 cm /I Do Q"
    return pdf(
        _CATALOG,
        _PAGES,
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R {page}"
        " /Resources << /XObject << /I 5 0 R >> >> >>",
        stream(content),
        stream(image, f"/Type /XObject /Subtype /Image {facts}"),
        *others,
    )


def _facts(picture: Image.Image, space: str, bits: int, more: str) -> str:
    size = f"/Width {picture.width} /Height {picture.height}"
    return f"{size} /ColorSpace {space} /BitsPerComponent {bits} {more}"


def flate(picture: Image.Image, space: str, bits: int = 8, more: str = "", data: bytes | None = None) -> bytes:
    packed = zlib.compress(picture.tobytes() if data is None else data)
    return image_page(packed, _facts(picture, space, bits, f"/Filter /FlateDecode {more}"))


def _black_and_white(picture: Image.Image) -> Image.Image:
    """Without dots between: what a scanner set to black and white gives."""
    return picture.convert("L").point(lambda level: 255 * (level > 140)).convert("1", dither=Image.Dither.NONE)


def rgb(picture: Image.Image) -> bytes:
    return flate(picture, "/DeviceRGB")


def cmyk(picture: Image.Image) -> bytes:
    return flate(picture.convert("CMYK"), "/DeviceCMYK")


def cmyk_jpeg(picture: Image.Image) -> bytes:
    """Adobe's inverted CMYK in a JPEG."""
    target = io.BytesIO()
    picture.convert("CMYK").save(target, "JPEG", quality=85)
    more = "/Filter /DCTDecode /Decode [1 0 1 0 1 0 1 0]"
    return image_page(target.getvalue(), _facts(picture, "/DeviceCMYK", 8, more))


def sixteen_bits(picture: Image.Image) -> bytes:
    wide = b"".join(bytes((level, level)) for level in picture.convert("L").tobytes())
    return flate(picture, "/DeviceGray", 16, data=wide)


def indexed(picture: Image.Image) -> bytes:
    flat = picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=16)
    palette = bytes((flat.getpalette() or [])[:48]).ljust(48, b"\0").hex()
    return flate(flat, f"[/Indexed /DeviceRGB 15 <{palette}>]")


def bilevel(picture: Image.Image) -> bytes:
    return flate(_black_and_white(picture), "/DeviceGray", 1)


def bilevel_inverted(picture: Image.Image) -> bytes:
    """0 is white: /Decode [1 0]."""
    return flate(_black_and_white(ImageOps.invert(picture.convert("L"))), "/DeviceGray", 1, "/Decode [1 0]")


def stencil(picture: Image.Image) -> bytes:
    """An image mask painted in black."""
    flat = _black_and_white(picture)
    facts = f"/Width {flat.width} /Height {flat.height} /ImageMask true /BitsPerComponent 1 /Filter /FlateDecode"
    return image_page(zlib.compress(flat.tobytes()), facts)


def soft_masked(picture: Image.Image, through: bytes = b"\xff") -> bytes:
    """Colour under a soft mask that lets everything through."""
    facts = _facts(picture, "/DeviceRGB", 8, "/Filter /FlateDecode /SMask 6 0 R")
    mask = zlib.compress(through * (picture.width * picture.height))
    said = f"/Type /XObject /Subtype /Image {_facts(picture, '/DeviceGray', 8, '/Filter /FlateDecode')}"
    return image_page(zlib.compress(picture.convert("RGB").tobytes()), facts, stream(mask, said))


def through_mask(picture: Image.Image) -> bytes:
    """Compact (MRC): the colours at a third of the resolution, seen through a mask of letters over white paper."""
    small = picture.convert("RGB").reduce(3)
    letters = _black_and_white(ImageOps.invert(picture.convert("L")))
    facts = _facts(small, "/DeviceRGB", 8, "/Filter /FlateDecode /SMask 6 0 R")
    said = f"/Type /XObject /Subtype /Image {_facts(letters, '/DeviceGray', 1, '/Filter /FlateDecode')}"
    return image_page(zlib.compress(small.tobytes()), facts, stream(zlib.compress(letters.tobytes()), said))


def behind_mask(picture: Image.Image) -> bytes:
    """Colour under a soft mask that lets nothing through: white paper to whoever looks at it."""
    return soft_masked(picture, b"\0")


def jpeg2000(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG2000", quality_mode="rates", quality_layers=[12])
    return image_page(target.getvalue(), f"/Width {picture.width} /Height {picture.height} /Filter /JPXDecode")


def group4(picture: Image.Image) -> bytes:
    """What the Group 4 fax coder makes of the picture; 1 is black."""
    target = io.BytesIO()
    _black_and_white(picture).save(target, "TIFF", compression="group4", tiffinfo={278: picture.height})
    with Image.open(io.BytesIO(target.getvalue())) as tiff:
        (start,), (length,) = tiff.tag_v2[273], tiff.tag_v2[279]  # type: ignore[attr-defined]
    return target.getvalue()[start : start + length]


def fax(picture: Image.Image) -> bytes:
    parms = f"/DecodeParms << /K -1 /Columns {picture.width} /Rows {picture.height} /BlackIs1 false >>"
    return image_page(group4(picture), _facts(picture, "/DeviceGray", 1, f"/Filter /CCITTFaxDecode {parms}"))


def jbig2(picture: Image.Image) -> bytes:
    """One generic region in MMR coding, which is Group 4."""
    wide, high = picture.size
    page = struct.pack(">IIIIBH", wide, high, 0, 0, 0, 0)
    region = struct.pack(">IIIIB", wide, high, 0, 0, 0) + b"\x01" + group4(picture)
    data = _segment(0, 48, page) + _segment(1, 38, region)
    return image_page(data, _facts(picture, "/DeviceGray", 1, "/Filter /JBIG2Decode"))


def _segment(number: int, kind: int, data: bytes) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data


def inline_image(picture: Image.Image) -> bytes:
    grey = picture.convert("L")
    data = zlib.compress(grey.tobytes())
    head = f"q 595 0 0 842 0 0 cm BI /W {grey.width} /H {grey.height} /CS /G /BPC 8 /F /Fl ID ".encode()
    content = head + data + b"\nEI Q"
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>"
    return pdf(_CATALOG, _PAGES, page, stream(content))


def strips(picture: Image.Image) -> bytes:
    """The page in twelve strips, as some scanners store it."""
    return _in_pieces(picture, picture.width, -(-picture.height // 12))


def tiles(picture: Image.Image) -> bytes:
    """The page in tiles of 128 pixels, each a hundredth of it or less."""
    return _in_pieces(picture, 128, 128)


def _in_pieces(picture: Image.Image, wide: int, high: int) -> bytes:
    drawn, objects, names = [], [], []
    places = [(x, y) for y in range(0, picture.height, high) for x in range(0, picture.width, wide)]
    across, down = 595 / picture.width, 842 / picture.height
    for place, (left, top) in enumerate(places):
        right, bottom = min(picture.width, left + wide), min(picture.height, top + high)
        cut = picture.convert("RGB").crop((left, top, right, bottom))
        size = f"{cut.width * across:.4f} 0 0 {cut.height * down:.4f}"
        drawn.append(f"q {size} {left * across:.4f} {842 - bottom * down:.4f} cm /I{place} Do Q")
        facts = _facts(cut, "/DeviceRGB", 8, "/Filter /FlateDecode")
        objects.append(stream(zlib.compress(cut.tobytes()), f"/Type /XObject /Subtype /Image {facts}"))
        names.append(f"/I{place} {5 + place} 0 R")
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        f" /Resources << /XObject << {' '.join(names)} >> >> >>"
    )
    return pdf(_CATALOG, _PAGES, page, stream("\n".join(drawn).encode()), *objects)


def mirrored_matrix(picture: Image.Image) -> bytes:
    """Stored upside down and drawn with a flipping matrix."""
    flipped = ImageOps.flip(picture.convert("RGB"))
    facts = _facts(flipped, "/DeviceRGB", 8, "/Filter /FlateDecode")
    return image_page(zlib.compress(flipped.tobytes()), facts, content=b"q 595 0 0 -842 0 842 cm /I Do Q")


def turned_by_page(picture: Image.Image) -> bytes:
    """Stored on its side; the page's /Rotate makes it upright."""
    lying = picture.convert("RGB").rotate(90, expand=True)
    facts = _facts(lying, "/DeviceRGB", 8, "/Filter /FlateDecode")
    whole = image_page(zlib.compress(lying.tobytes()), facts, content=b"q 842 0 0 595 0 0 cm /I Do Q")
    return whole.replace(b"/MediaBox [0 0 595 842]", b"/MediaBox [0 0 842 595] /Rotate 90")


def scaled_unit(picture: Image.Image) -> bytes:
    """A page in /UserUnit 2: half the numbers, the same paper."""
    facts = _facts(picture, "/DeviceRGB", 8, "/Filter /FlateDecode")
    whole = image_page(
        zlib.compress(picture.convert("RGB").tobytes()), facts, content=b"q 297.5 0 0 421 0 0 cm /I Do Q"
    )
    return whole.replace(b"/MediaBox [0 0 595 842]", b"/MediaBox [0 0 297.5 421] /UserUnit 2")


SCANS: dict[str, Callable[[Image.Image], bytes]] = {
    one.__name__: one
    for one in (
        rgb,
        cmyk,
        cmyk_jpeg,
        sixteen_bits,
        indexed,
        bilevel,
        bilevel_inverted,
        stencil,
        soft_masked,
        through_mask,
        jpeg2000,
        fax,
        jbig2,
        inline_image,
        strips,
        tiles,
        mirrored_matrix,
        turned_by_page,
        scaled_unit,
    )
}
"""Each stores one picture of an A4 page in another way."""


def portfolio(paper: Paper) -> bytes:
    """A collection: a cover page with files inside."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(born_digital(paper))))
    writer.add_attachment("trong.pdf", born_digital(paper))
    writer.root_object[NameObject("/Collection")] = DictionaryObject({NameObject("/View"): NameObject("/D")})
    return _written(writer)


def xfa_form(paper: Paper) -> bytes:
    """A dynamic form: its pages only say "please wait" to readers without XFA."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(born_digital(paper))))
    template = StreamObject()
    template.set_data(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><template/></xdp:xdp>")
    form = DictionaryObject({NameObject("/XFA"): writer._add_object(template), NameObject("/Fields"): ArrayObject()})
    writer.root_object[NameObject("/AcroForm")] = form
    return _written(writer)


def no_pages() -> bytes:
    return pdf(_CATALOG, "<< /Type /Pages /Kids [] /Count 0 >>")


def no_media_box() -> bytes:
    return pdf(_CATALOG, _PAGES, "<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>", stream(b"0 0 m 9 9 l S"))


def tiny_page() -> bytes:
    return pdf(_CATALOG, _PAGES, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1 1] >>")


def endless_box() -> bytes:
    """A media box of numbers that no float holds well."""
    return pdf(_CATALOG, _PAGES, "<< /Type /Page /Parent 2 0 R /MediaBox [-1e38 -1e38 1e38 1e38] >>")


def drawn_font(text: str = "SO 12") -> bytes:
    """A Type 3 font whose letters are drawings and map to nothing."""
    letter = stream(b"500 0 0 0 500 700 d1 0 0 500 700 re f")
    font = (
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 500 700] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 32"
        " /LastChar 90 /Widths [" + "500 " * 59 + "] /CharProcs << /a 6 0 R >>"
        " /Encoding << /Type /Encoding /Differences [32 " + "/a " * 59 + "] >> >>"
    )
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
    )
    return pdf(_CATALOG, _PAGES, page, stream(f"BT /F 20 Tf 72 700 Td ({text}) Tj ET".encode()), font, letter)


def invisible_text() -> bytes:
    """A page without a picture whose only text is painted by render mode 3: nothing."""
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
    )
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    return pdf(_CATALOG, _PAGES, page, stream(b"BT /F 12 Tf 3 Tr 60 700 Td (UY BAN NHAN DAN) Tj ET"), font)


def missing_font() -> bytes:
    """Text in a font that is neither embedded nor known, and in one whose dictionary is missing."""
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F"
        " << /Type /Font /Subtype /TrueType /BaseFont /NoSuchFont >> >> >> >>"
    )
    said = b"BT /F 14 Tf 72 700 Td (THONG BAO ve viec nghi le) Tj /G 14 Tf 0 -20 Td (So 12/TB-UBND) Tj ET"
    return pdf(_CATALOG, _PAGES, page, stream(said))


def unicode_traps() -> bytes:
    """A font that maps its letters to lone surrogates, NUL and noncharacters: JSON and databases refuse these."""
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <FF>"
        b" endcodespacerange 4 beginbfchar <41> <D800> <42> <0000> <43> <FFFF> <44> <D835DC00> endbfchar endcmap"
    )
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
    )
    said = b"BT /F 14 Tf 72 700 Td (THONG A B C D BAO so 12 ngay 05) Tj ET"
    return pdf(_CATALOG, _PAGES, page, stream(said), font, stream(cmap))


def many_annotations(count: int = 3000) -> bytes:
    note = "<< /Type /Annot /Subtype /Text /Rect [10 10 20 20] /Contents (x) >>"
    kids = " ".join(f"{number} 0 R" for number in range(4, count + 4))
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [{kids}] >>"
    return pdf(_CATALOG, _PAGES, page, *[note] * count)


def flate_bomb(mib: int = 900) -> bytes:
    """A content stream of `mib` MiB in about as many kilobytes: one flushed piece, repeated."""
    packer = zlib.compressobj(9, wbits=-15)
    piece = packer.compress(b"0 0 m 9 9 l S\n" * (1 << 16)) + packer.flush(zlib.Z_FULL_FLUSH)
    times = (mib << 20) // (14 << 16)
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"
    return pdf(_CATALOG, _PAGES, page, stream(b"\x78\x9c" + piece * times + b"\x03\x00", "/Filter /FlateDecode"))


def filter_chain(times: int = 400) -> bytes:
    """One stream through hundreds of filters."""
    chain = "/Filter [" + "/ASCIIHexDecode " * times + "]"
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"
    return pdf(_CATALOG, _PAGES, page, stream(b"30>", chain))


def deep_tree(depth: int = 5000) -> bytes:
    """A page tree of one branch, `depth` levels deep."""
    levels = [f"<< /Type /Pages /Kids [{number + 1} 0 R] /Count 1 >>" for number in range(2, depth + 2)]
    return pdf(_CATALOG, *levels, "<< /Type /Page /MediaBox [0 0 595 842] >>")


def lying_count() -> bytes:
    """A tree that promises two thousand million pages."""
    return pdf(
        _CATALOG,
        "<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    )


def pattern_flood() -> bytes:
    """A page filled with a pattern of tiny cells."""
    facts = "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 0.02 0.02] /XStep 0.02 /YStep 0.02"
    cell = stream(b"0 0 0.01 0.01 re f", f"{facts} /Resources << >>")
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Pattern << /P 5 0 R >> >> >>"
    )
    return pdf(_CATALOG, _PAGES, page, stream(b"/Pattern cs /P scn 0 0 595 842 re f"), cell)


def many_paths(count: int = 400_000) -> bytes:
    """A map or plan: hundreds of thousands of strokes."""
    body = b"".join(b"%d %d m %d %d l S\n" % (n % 595, n % 842, n * 7 % 595, n * 13 % 842) for n in range(count))
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"
    return pdf(_CATALOG, _PAGES, page, stream(zlib.compress(body), "/Filter /FlateDecode"))


def many_images(count: int = 5000) -> bytes:
    """One small image drawn thousands of times."""
    places = b"".join(b"q 5 0 0 5 %d %d cm /I Do Q\n" % (n % 119 * 5, n // 119 * 5) for n in range(count))
    return image_page(b"\x80", "/Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8", content=places)


def object_streams(paper: Paper) -> bytes:
    """Everything in compressed object streams (PDF 1.5)."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(born_digital(paper))))
    writer.add_metadata({"/Title": "x"})
    return _written(writer)


def negative_rotation(paper: Paper) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(born_digital(paper))))
    writer.pages[0][NameObject("/Rotate")] = NumberObject(-270)
    return _written(writer)


def _written(writer: PdfWriter) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()
