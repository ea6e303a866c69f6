"""One Vietnamese sentence for every outcome, for the clerk who has to act on it."""

from __future__ import annotations

_TAMPERED = "Tệp bị sửa sau khi ký (thêm trang, nội dung hoặc dữ liệu lạ)."
_BROKEN = "Chữ ký không hợp lệ: nội dung đã bị thay đổi sau khi ký."
_NO_REVOCATION = "Chưa kết luận: thiếu dữ liệu thu hồi (CRL/OCSP) – sẽ kiểm tra lại."
_EXPIRED = "Chưa kết luận: chứng thư đã hết hạn, không có dấu thời gian tin cậy."
_UNKNOWN_CA = "Không xác định được nơi cấp chứng thư (CA không nằm trong danh sách tin cậy)."
_BY_HAND = "Lỗi khi đọc chữ ký – cần kiểm tra thủ công."

SENTENCES: dict[tuple[str, str], str] = {
    ("PASSED", ""): "Chữ ký số hợp lệ.",
    ("INDETERMINATE", "TRY_LATER"): _NO_REVOCATION,
    ("INDETERMINATE", "CERTIFICATE_CHAIN_GENERAL_FAILURE"): _NO_REVOCATION,
    ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE"): _EXPIRED,
    (
        "INDETERMINATE",
        "REVOCATION_OUT_OF_BOUNDS_NO_POE",
    ): "Chưa kết luận: chứng thư đã hết hạn, không có dữ liệu thu hồi của thời điểm ký.",
    (
        "INDETERMINATE",
        "REVOKED_NO_POE",
    ): "Chưa kết luận: chứng thư bị thu hồi sau ngày ký khai báo, không có dấu thời gian.",
    ("INDETERMINATE", "REVOKED_CA_NO_POE"): "Chưa kết luận: chứng thư của cơ quan cấp chứng thư đã bị thu hồi.",
    ("INDETERMINATE", "NOT_YET_VALID"): "Chưa kết luận: chứng thư chưa có hiệu lực tại thời điểm kiểm tra.",
    ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND"): _UNKNOWN_CA,
    ("INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE"): _UNKNOWN_CA,
    ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE"): "Chứng thư không được cấp để ký số văn bản – cần người xem.",
    ("INDETERMINATE", "NO_SIGNING_CERTIFICATE_FOUND"): "Chữ ký không kèm chứng thư của người ký – cần người xem.",
    ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE"): "Thuật toán yếu (SHA-1, MD5 hoặc khóa RSA dưới mức cho phép).",
    ("INDETERMINATE", "FORM_CHANGED"): "Biểu mẫu được điền hoặc sửa sau khi ký – cần người xem.",
    ("INDETERMINATE", "FORMAT_UNSUPPORTED"): "Kiểu chữ ký chưa hỗ trợ – cần kiểm tra thủ công.",
    ("INDETERMINATE", "ERROR"): _BY_HAND,
    ("FAILED", "HASH_FAILURE"): _BROKEN,
    ("FAILED", "SIG_CRYPTO_FAILURE"): _BROKEN,
    ("FAILED", "FORBIDDEN_CHANGE"): _TAMPERED,
    ("FAILED", "UNEXPLAINED_BYTES"): _TAMPERED,
    ("FAILED", "FORMAT_FAILURE"): "Chữ ký không hợp lệ: cấu trúc chữ ký bị hỏng hoặc bị sửa.",
    ("FAILED", "REVOKED"): "Chứng thư đã bị thu hồi tại thời điểm ký.",
    ("FAILED", "EXPIRED_AT_SIGNING"): "Chứng thư đã hết hạn tại thời điểm ký.",
    ("FAILED", "NOT_YET_VALID"): "Chứng thư chưa có hiệu lực tại thời điểm ký.",
    ("NO_SIGNATURE", ""): "Không có chữ ký số.",
    ("NO_SIGNATURE", "EMPTY_FIELD"): "Không có chữ ký số: ô chữ ký còn trống.",
    ("NO_SIGNATURE", "DOCTS_ONLY"): "Không có chữ ký số: tệp chỉ có dấu thời gian.",
    (
        "NO_SIGNATURE",
        "IMAGE_ONLY",
    ): "Không có chữ ký số: chỉ có hình ảnh chữ ký hoặc con dấu, không phải chữ ký số.",
    ("UNREADABLE", "PASSWORD"): "Không đọc được tệp: tệp đặt mật khẩu. Đề nghị nộp lại bản không đặt mật khẩu.",
    ("UNREADABLE", "PARSE"): "Không đọc được tệp: tệp hỏng. Đề nghị nộp lại.",
    ("UNREADABLE", "NOT_PDF"): "Không đọc được tệp: tệp không phải PDF. Đề nghị nộp lại.",
    ("UNREADABLE", "LIMIT"): "Không đọc được tệp: tệp quá giới hạn kiểm tra – cần người xem.",
    ("UNREADABLE", "TIMEOUT"): "Không đọc được tệp: kiểm tra quá thời gian – cần người xem.",
}


def sentence(verdict: str, sub: str) -> str:
    """The sentence of an outcome; an outcome without its own says that a person must look."""
    return SENTENCES.get((verdict, sub)) or f"{_BY_HAND[:-1]} ({verdict}/{sub})."
