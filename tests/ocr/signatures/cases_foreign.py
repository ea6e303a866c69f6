"""Cases about integrity alone, as files of other people's programs pose them: encodings, keys, structures, updates.

`intact` is what each signature must say, in order of signing: True, False, or None where nobody could tell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.ocr.signatures.case import SEAL, certified, signed
from tests.ocr.signatures.foreign_files import (
    RSA,
    after,
    blank_appearance,
    chain_past_the_signature,
    content_replaced_by_the_writer,
    defaults_added,
    encrypted,
    flipped,
    hybrid,
    information,
    kid_signed,
    linearised,
    nested_names,
    overlapping,
    private_trailer,
    range,
    root_replaced,
    shared_appearance,
    store_dropped,
    store_freed,
    tweaked,
    two_fields_one_value,
    usage_rights,
    waiting_field,
    xref_stream_update,
)
from tests.ocr.signatures.hand_signed import bare_rsa, certificate_entry, cms_by, hand_signed
from tests.ocr.signatures.raw_pdf import drawn, new_file, object_content, stream, updated, with_text_field
from tests.ocr.signatures.updates import filled, prepared, with_dss


@dataclass(frozen=True, slots=True)
class IntegrityCase:
    """What a file's signatures say about its bytes, whoever signed."""

    name: str
    says: str
    intact: tuple[bool | None, ...]
    build: Callable[[], bytes]


FOREIGN = (
    *(
        IntegrityCase(f"k-{kind}", f"signed with {kind}", (True,), lambda kind=kind: hand_signed(cms_by(kind)))  # type: ignore[misc]
        for kind in ("rsa", "pss", "ec", "brainpool", "ed25519", "ed448")
    ),
    *(
        IntegrityCase(f"k-{kind} flipped", "one byte", (False,), lambda kind=kind: flipped(hand_signed(cms_by(kind))))  # type: ignore[misc]
        for kind in ("pss", "ec", "ed448")
    ),
    IntegrityCase("k-ed448-wrong", "Ed448 over another digest", (None,), lambda: hand_signed(cms_by("ed448-wrong"))),
    *(
        IntegrityCase(f"h-{name}", f"digest {name}", (True,), lambda name=name: hand_signed(cms_by("rsa", digest=name)))  # type: ignore[misc]
        for name in ("sha1", "sha224", "sha512", "sha3_256", "md5")
    ),
    IntegrityCase("m01", "no signed attributes", (True,), lambda: hand_signed(cms_by("rsa", attributes=False))),
    IntegrityCase("m02", "open lengths (BER)", (True,), lambda: hand_signed(cms_by("rsa", endless=True))),
    IntegrityCase("m02-flipped", "and one byte", (False,), lambda: flipped(hand_signed(cms_by("rsa", endless=True)))),
    IntegrityCase("m03", "detached with an empty content", (False,), lambda: hand_signed(cms_by("rsa", enclosed=b""))),
    IntegrityCase("m04", "detached with other content", (False,), lambda: hand_signed(cms_by("rsa", enclosed=b"%PDF"))),
    IntegrityCase("m05", "bare RSA value", (True,), lambda: hand_signed(bare_rsa, entries=certificate_entry())),
    IntegrityCase(
        "m05-flipped", "and one byte", (False,), lambda: flipped(hand_signed(bare_rsa, entries=certificate_entry()))
    ),
    IntegrityCase(
        "m06",
        "bare value without certificate",
        (False,),
        lambda: hand_signed(bare_rsa, entries=certificate_entry()[:30]),
    ),
    IntegrityCase(
        "m07", "encoding of another name", (True,), lambda: hand_signed(RSA, entries=b"/SubFilter /PBAD.PAdES")
    ),
    IntegrityCase("m08", "no encoding named", (True,), lambda: hand_signed(RSA, entries=b"")),
    IntegrityCase("p01", "brackets covered", (True,), lambda: hand_signed(RSA, brackets=True)),
    IntegrityCase("p02", "value broken into lines", (True,), lambda: hand_signed(RSA, lines=True)),
    IntegrityCase("p03", "value in the field itself", (True,), lambda: hand_signed(RSA, direct=True)),
    IntegrityCase("p04", "two fields with one value", (True, True), two_fields_one_value),
    IntegrityCase("p05", "usage rights only: nobody's signature", (), usage_rights),
    IntegrityCase("s01", "hybrid references", (True,), lambda: hand_signed(RSA, write=hybrid)),
    IntegrityCase("s01-flipped", "and one byte", (False,), lambda: flipped(hand_signed(RSA, write=hybrid))),
    IntegrityCase(
        "s02",
        "hybrid references, sealed later",
        (True, True),
        lambda: signed(hand_signed(RSA, write=hybrid), field="Dau"),
    ),
    IntegrityCase("s03", "linearised, signed, sealed", (True, True), lambda: signed(signed(linearised()), field="Dau")),
    IntegrityCase(
        "s04",
        "stream update after tables, nothing changed",
        (True,),
        lambda: xref_stream_update(hand_signed(RSA), 11, object_content(hand_signed(RSA), 11)),
    ),
    IntegrityCase(
        "s04-content",
        "stream update after tables, content changed",
        (False,),
        lambda: xref_stream_update(hand_signed(RSA), 11, stream(drawn("9.999.999 dong"))),
    ),
    IntegrityCase("u01", "prepared field with its widget apart, signed", (True, True), kid_signed),
    IntegrityCase("u02", "field with a step in its name", (True, True), nested_names),
    IntegrityCase("u03", "invisible field with a blank appearance", (True, True), blank_appearance),
    IntegrityCase("u04", "defaults added to a form with values", (True, True), defaults_added),
    IntegrityCase("u05", "store's objects freed", (True,), lambda: store_freed(signed())),
    IntegrityCase("u06", "store dropped", (True,), lambda: store_dropped(signed())),
    IntegrityCase("u07", "title and producer rewritten", (True,), lambda: information(signed())),
    IntegrityCase("u07-certified", "and DocMDP 1", (True,), lambda: information(certified(1))),
    IntegrityCase(
        "u08", "private entry in the trailer kept", (True,), lambda: updated(private_trailer(b"/X 42 0 R"), {})
    ),
    IntegrityCase(
        "u08-changed",
        "private entry in the trailer means something else",
        (False,),
        lambda: updated(private_trailer(b"/X 42 0 R"), {42: b"(khac)"}),
    ),
    *(
        IntegrityCase(
            f"q-{algorithm}",
            "encrypted without a user password, signed and sealed",
            (True, True),
            lambda algorithm=algorithm: signed(signed(encrypted(algorithm)), field="Dau", box=SEAL),  # type: ignore[misc]
        )
        for algorithm in ("RC4-128", "AES-128", "AES-256")
    ),
    IntegrityCase(
        "q-content",
        "encrypted, content replaced",
        (False,),
        lambda: content_replaced_by_the_writer(signed(encrypted("AES-256"))),
    ),
    IntegrityCase(
        "s05", "byte order mark before the header", (True,), lambda: hand_signed(RSA, write=after(b"\xef\xbb\xbf"))
    ),
    IntegrityCase(
        "s06", "something before the header", (True,), lambda: hand_signed(RSA, write=after(b"x" * 90 + b"\n"))
    ),
    IntegrityCase("s06-flipped", "and one byte", (False,), lambda: flipped(hand_signed(RSA, write=after(b"\r\n")))),
    IntegrityCase(
        "s07",
        "something behind the end, signed with it",
        (True,),
        lambda: hand_signed(RSA, write=lambda all_: new_file(all_) + b"\x1a"),
    ),
    IntegrityCase("u10", "waiting field tidied up", (True,), lambda: tweaked(waiting_field(b""), b"/F 4", b"/F 132")),
    IntegrityCase(
        "u10-hidden",
        "waiting field whose drawing covered something is hidden",
        (False,),
        lambda: tweaked(waiting_field(b"/AP << /N 54 0 R >>"), b"/F 4", b"/F 2"),
    ),
    IntegrityCase(
        "u10-drawn",
        "waiting field begins to draw",
        (False,),
        lambda: tweaked(waiting_field(b""), b"/F 4", b"/F 4 /AP << /N 54 0 R >>"),
    ),
    IntegrityCase(
        "u09",
        "DocMDP 2, form filled, store, sealed in a prepared field",
        (True, True),
        lambda: signed(
            with_dss(filled(certified(2, prepared(new_file(with_text_field()), "Dau", box=SEAL)), "2"), "2026-10-01"),
            "organ",
            field="Dau",
            box=SEAL,
        ),
    ),
    IntegrityCase("r01", "new catalog with other pages", (False,), lambda: root_replaced(signed())),
    IntegrityCase("r01-shared", "appearance used elsewhere, too", (False, True), shared_appearance),
    IntegrityCase("r02", "update that leads past the signature", (), lambda: chain_past_the_signature(signed())),
    IntegrityCase("r03", "ByteRange overlaps itself", (False,), overlapping),
    IntegrityCase("r04", "ByteRange of six numbers", (False,), lambda: range(b"0 10 20 10 40 10")),
    IntegrityCase("r05", "ByteRange that starts late", (False,), lambda: range(b"1 10 20 10")),
)
