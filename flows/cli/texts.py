"""What the command line says of itself, in Vietnamese and English. Chosen once, at start."""

from __future__ import annotations

import os
import sys

_TEXTS: dict[str, tuple[str, str]] = {
    "app": (
        "parindex: tự chấm điểm PAR INDEX của phường mỗi đêm, có lý do và tài liệu kiểm chứng cho từng điểm. "
        "Thêm --en để xem trợ giúp tiếng Anh.",
        "parindex: scores a ward's PAR INDEX self-assessment every night, with a reason and a proof for each point.",
    ),
    "json": ("In một văn bản JSON ra stdout.", "Print one JSON document on stdout."),
    "doctor": ("Kiểm tra máy này có gì, thiếu gì, và dòng lệnh để sửa.", "What this machine has and lacks, and the line that mends it."),
    "nightly": ("Chạy đêm: lấy dữ liệu, kiểm tra tài liệu, tự chấm, lập hồ sơ, viết thư buổi sáng.", "Run the night: pull, examine, score, bundle, write the morning letter."),
    "direct": ("Chạy thẳng, không qua Prefect.", "Run directly, without Prefect."),
    "at": ("Coi thời điểm này là bây giờ (ISO, ví dụ 2026-01-05T01:00:00+07:00).", "Take this ISO time as now."),
    "import": ("Nhập một tệp kết xuất của phần mềm một cửa.", "Import one export of the one-stop software."),
    "import_file": ("Tệp kết xuất (xlsx, xls, csv, HTML ...).", "The export."),
    "profile": ("Mẫu tệp; bỏ trống để tự nhận.", "Export profile; empty to recognise it."),
    "dry_run": ("Chỉ xem kết quả, không ghi.", "Show the result, record nothing."),
    "upload": ("Nộp tài liệu và kiểm tra ngay.", "Upload documents and examine them at once."),
    "upload_files": ("Các tệp cần nộp.", "The files."),
    "component": ("Mã tiêu chí thành phần, ví dụ 1.7.1.", "Component id, e.g. 1.7.1."),
    "dossier": ("Mã hồ sơ mà tài liệu là kết quả.", "Code of the dossier whose result this is."),
    "outgoing": ("Tài liệu là văn bản đi.", "The documents are outgoing ones."),
    "inspect": ("Đọc tài liệu: nội dung, trường thông tin, chuẩn số hóa, chữ ký số. Không ghi gì.", "Read documents: text, fields, digitisation, signature. Records nothing."),
    "inspect_paths": ("Tệp hoặc thư mục.", "Files or folders."),
    "text": ("Kèm toàn văn.", "Include the full text."),
    "trust": ("Thư mục chứng thư tin cậy (anchors, intermediates, crls, policy.yaml).", "Folder of trust anchors, intermediates, CRLs and policy."),
    "score": ("Tự chấm ngay từ những gì đã lưu.", "Score now, from what is kept."),
    "unit": ("Mã đơn vị.", "Unit id."),
    "period": ("Năm được chấm.", "The year scored."),
    "as_of": ("Tính đến ngày (YYYY-MM-DD).", "As known on this day."),
    "criteria": ("Bộ tiêu chí và phiên bản, ví dụ phuong-de-xuat@2025.1.", "Criteria set and version."),
    "on_time": ("Quy tắc đúng hạn.", "On-time rule."),
    "bundle": ("Lập gói tài liệu kiểm chứng (zip) tự chứng minh được.", "Write the evidence bundle, a zip that proves itself."),
    "output": ("Tệp zip sẽ ghi.", "The zip to write."),
    "run": ("Lần chấm; bỏ trống: lần mới nhất.", "Score run; empty: the newest."),
    "redact": ("Che dữ liệu cá nhân: bỏ kết quả hồ sơ và tệp kết xuất, giữ lại mã băm.", "Leave out applicants' personal data; the hashes stay."),
    "verify": ("Kiểm tra một gói: mã băm, chữ ký, nhật ký, và tính lại điểm.", "Check a bundle: hashes, signature, log, and recompute the score."),
    "verify_file": ("Tệp zip hoặc thư mục đã giải nén.", "The zip, or the unzipped folder."),
    "serve": ("Chạy bộ lập lịch: đêm nào cũng chạy lúc 01:00 (PAR_SCHEDULE).", "Run the scheduler: the night at 01:00 every day (PAR_SCHEDULE)."),
    "run_now": ("Chạy một lần chấm ngay bây giờ và theo dõi đến khi xong; hỏi lại cùng yêu cầu thì không chạy hai lần.", "Ask for a scoring run now and follow it; the same request twice is one run."),
    "leave": ("Chỉ gửi yêu cầu, không chờ kết quả (dịch vụ parindex serve sẽ chạy).", "Only ask, do not wait (the service runs it)."),
    "runs": ("Các lần chấm theo yêu cầu: đang chờ, đang chạy, đã xong.", "Runs that were asked for: waiting, working, ended."),
    "cancel": ("Hủy một lần chấm theo yêu cầu đang chờ hoặc đang chạy.", "Cancel a run that waits or works."),
    "request": ("Mã yêu cầu, xem bằng lệnh parindex runs.", "Id of the request; parindex runs lists them."),
    "no_runs": ("Chưa có yêu cầu nào.", "Nothing was asked for yet."),
    "log": ("Nhật ký lưu giữ: kiểm tra, mốc đã ký, dấu thời gian.", "The custody log: check, checkpoints, time stamps."),
    "log_verify": ("Kiểm tra toàn bộ nhật ký: từng sự kiện, mốc đã ký, chữ ký; không đêm nào bị viết lại.", "Check the whole log: events, checkpoints, signatures; no earlier night was rewritten."),
    "log_from": ("Mốc cũ (moc-nhat-ky.txt) mà nhật ký phải nối tiếp.", "An older checkpoint that the log must continue."),
    "log_stamp": ("Xin dấu thời gian (RFC 3161) cho các mốc đang chờ.", "Ask for the time stamps (RFC 3161) that wait."),
    "keys": ("Khóa ký của hệ thống: xem, thay.", "The signing keys: show, rotate."),
    "keys_show": ("Các khóa công khai đã và đang dùng, kèm dấu vân tay.", "All public keys with their fingerprints."),
    "keys_rotate": ("Thay khóa ký; khóa cũ ký xác nhận khóa mới rồi bị hủy.", "Change the signing key; the old one signs the new one and is destroyed."),
    "verify_key": ("Khóa công khai được tin (hex); chỉ chữ ký của khóa này và các khóa kế tiếp được chấp nhận.", "Trusted public key (hex)."),
    "allow_partial": ("Vẫn lập gói khi thiếu tài liệu; gói ghi rõ thiếu gì.", "Write the bundle though evidence is missing; it says what."),
    "documents": ("Tài liệu đã nhận: danh sách, đối chiếu với sổ hồ sơ, mở lại tài liệu bị giữ.", "Kept documents: list, check against the register, release."),
    "documents_missing": ("Đối chiếu sổ với tệp: hồ sơ nào thiếu tệp kết quả, sai tệp, tệp không đọc được.", "Dossiers without a result file, with a wrong or an illegible one."),
    "documents_quarantined": ("Chỉ tài liệu bị giữ lại vì không dùng được.", "Quarantined documents alone."),
    "documents_waiting": ("Chỉ tài liệu còn chờ kiểm tra.", "Documents that wait alone."),
    "documents_substandard": ("Chỉ tài liệu chưa đạt chuẩn số hóa.", "Documents below the digitisation standard alone."),
    "documents_release": ("Cho tài liệu bị giữ lại được kiểm tra lại ngay.", "Examine quarantined documents anew."),
    "documents_hashes": ("Mã SHA-256, hoặc ít nhất 6 ký tự đầu.", "SHA-256, or its first 6 characters and more."),
    "search": ("Tìm trong toàn văn mọi tài liệu, chỉ ra từng trang.", "Search the full text of all documents, page by page."),
    "search_words": ("Các từ cần có; \"trong ngoặc kép\" là cụm từ, dấu * thay phần đuôi. Gõ không dấu thì tìm mọi cách bỏ dấu.", "Words that must stand on the page; quotes hold words together, * stands for any ending."),
    "search_most": ("Số trang hiện nhiều nhất.", "Most pages shown."),
    "search_rebuild": ("Lập lại chỉ mục tìm kiếm trước khi tìm.", "Make the index anew first."),
    "report": ("Báo cáo định kỳ: biểu II.06a, hồ sơ quá hạn.", "Periodic reports: form II.06a, overdue dossiers."),
    "report_ii06a": ("Biểu II.06a: tiếp nhận, giải quyết hồ sơ theo lĩnh vực và đơn vị.", "Form II.06a by field and office."),
    "report_overdue": ("Danh sách hồ sơ quá hạn: quá bao nhiêu ngày, giờ làm việc, đơn vị nào.", "Overdue dossiers: how late, and whose."),
    "report_766": ("Bộ chỉ số của Quyết định 766/QĐ-TTg, phần có số liệu.", "The index of Decision 766, as far as the inputs carry it."),
    "report_reading": ("Cách đọc điểm: text (theo văn bản) hoặc observed (theo số liệu đã công bố).", "Reading of the points: text or observed."),
    "report_from": ("Từ ngày (YYYY-MM-DD).", "First day."),
    "report_to": ("Đến ngày (YYYY-MM-DD).", "Last day."),
    "report_office": ("Chỉ đơn vị giải quyết này (ghi đúng tên như trong tệp xuất).", "Only this resolving office."),
    "report_output": ("Tệp Excel (xlsx) sẽ ghi.", "The xlsx to write."),
    "account": ("Tài khoản của các trang.", "Accounts of the pages."),
    "account_add": ("Thêm tài khoản; mật khẩu lần đầu được in ra một lần.", "Add an account; its first password is printed once."),
    "account_list": ("Các tài khoản và vai trò.", "Accounts and their roles."),
    "account_name": ("Tên đăng nhập, chữ thường không dấu.", "Sign-in name."),
    "account_role": ("coordinator | unit | auditor | supervisor | leader | administrator.", "coordinator | unit | auditor | supervisor | leader | administrator."),
    "account_full_name": ("Họ và tên.", "Full name."),
    "account_office": ("Phòng, đơn vị (bỏ trống: cả phường).", "Office (empty: the whole ward)."),
    "account_period": ("Chỉ trong kỳ này (bỏ trống: mọi kỳ).", "Only this period (empty: all)."),
}  # fmt: skip


def text(name: str) -> str:
    """One text in the language of this run."""
    vietnamese, english = _TEXTS[name]
    return english if in_english() else vietnamese


def in_english() -> bool:
    """`--en` on the command line, or PAR_LANGUAGE=en."""
    return "--en" in sys.argv[1:] or os.environ.get("PAR_LANGUAGE") == "en"
