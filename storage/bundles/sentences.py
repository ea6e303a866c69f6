"""One sentence for each kind of fault, in Vietnamese and English. Standard library alone: travels in every bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SENTENCES: dict[str, tuple[str, str]] = {
    "unreadable": ("Không đọc được", "Cannot be read"),
    "container": (
        "Vỏ zip không đúng như khi parindex ghi ra; nếu gói đã được nén lại, hãy giải nén rồi kiểm tra thư mục",
        "The zip around the files is not as parindex wrote it; if it was zipped again, check the unzipped folder",
    ),
    "bomb": ("Tệp nén bất thường, không mở", "Suspiciously compressed, not opened"),
    "too_many_entries": ("Quá nhiều tệp, không kiểm tra tiếp", "Too many entries, not checked further"),
    "no_bag": ("Không phải gói tài liệu: thiếu bagit.txt", "Not a bundle: bagit.txt is missing"),
    "outside": ("Nằm ngoài thư mục của gói", "Lies outside the bundle's folder"),
    "bag_in_bag": ("Có một gói khác bên trong gói", "There is a bag inside the bag"),
    "unsafe_path": ("Đường dẫn nguy hiểm, có thể ghi ra ngoài thư mục", "Unsafe path, could write outside the folder"),
    "reserved_name": ("Tên tệp không dùng được trên Windows", "Name cannot be used on Windows"),
    "not_nfc": ("Tên tệp không ở dạng Unicode NFC", "Name is not in Unicode form NFC"),
    "twin_names": ("Trùng tên với tệp khác (khác hoa thường hoặc dạng Unicode)", "Same name as another file"),
    "duplicate_name": ("Có hai tệp cùng một tên", "Two entries have the same name"),
    "symlink": ("Là liên kết, không phải tệp", "Is a link, not a file"),
    "special_file": ("Không phải tệp thường", "Is not a regular file"),
    "fetch_file": ("Gói đòi tải thêm tệp từ mạng (fetch.txt), không chấp nhận", "The bag asks for downloads, refused"),
    "missing": ("Thiếu tệp có trong danh sách", "Listed but missing"),
    "unlisted": ("Tệp không có trong danh sách", "Not listed in any manifest"),
    "system_file": (
        "Tệp do hệ điều hành tạo khi mở thư mục, không thuộc gói; xóa đi rồi kiểm tra lại",
        "Made by the operating system when the folder was opened, not part of the bundle; delete it and check again",
    ),
    "changed": ("Nội dung đã bị thay đổi", "Content has changed"),
    "swapped": ("Nội dung là của tệp khác trong gói", "Content belongs to another file of the bundle"),
    "crlf_manifest": ("Danh sách mã băm dùng xuống dòng kiểu Windows (CRLF)", "Manifest has CRLF line ends"),
    "bad_manifest": ("Danh sách mã băm sai dạng", "Manifest is not well formed"),
    "bad_bag_info": ("Thông tin gói không khớp với các tệp", "Bag information does not match the files"),
    "bad_statement": ("Bản xác nhận không khớp với gói", "Statement does not match the bundle"),
    "bad_signature": ("Chữ ký của bản xác nhận không đúng", "Signature of the statement is wrong"),
    "unsigned": ("Bản xác nhận không có chữ ký", "Statement is not signed"),
    "other_key": ("Bản xác nhận ký bằng khóa khác với khóa được tin", "Signed with another key than the trusted ones"),
    "broken_log": ("Nhật ký lưu giữ bị sửa, cắt hoặc đảo thứ tự", "Custody log was changed, cut or reordered"),
    "bad_checkpoint": ("Mốc đã ký của nhật ký không khớp với nhật ký", "Signed checkpoint does not match the log"),
    "rewritten_log": (
        "Nhật ký không nối tiếp mốc đã công bố trước đó: có thể đã bị viết lại",
        "The log does not continue the checkpoint published before: it may have been rewritten",
    ),
    "unproved_checkpoint": (
        "Gói này không đủ để đối chiếu với mốc đã cho (gói cũ hơn mốc, hoặc chỉ có một phần nhật ký); "
        "hãy dùng gói đầy đủ mới hơn",
        "This bundle cannot be compared with the given checkpoint: it is older, or holds only a part of the log",
    ),
    "wrong_input": ("Không phải dữ liệu mà điểm đã được tính từ đó", "Not the data that the score was computed from"),
    "evidence_missing": (
        "Điểm dẫn chiếu tài liệu không có trong gói",
        "Score cites evidence that is not in the bundle",
    ),
    "wrong_place": ("Mục lục ghi tệp này có nội dung khác", "The index says this file has another content"),
    "other_score": ("Điểm tính lại khác điểm ghi trong gói", "Recomputed score differs from the stated one"),
    "not_recomputed": ("Không tính lại được điểm", "Score could not be recomputed"),
}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong. `seen` holds names, numbers or hashes; it is the same in both languages."""

    kind: str
    path: str
    seen: str = ""

    def sentence(self, *, english: bool = False) -> str:
        """What is wrong, for people."""
        said = SENTENCES[self.kind][english]
        return f"{said}: {self.seen}" if self.seen else said

    def plain(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"kind": self.kind, "path": self.path, "detail": self.sentence()}
