"""Why the machine did not open a file or folder, in words for officials: commands, answers, letters."""

from __future__ import annotations

import errno

_WHY = {
    errno.ENOENT: "không có tệp này; kiểm tra lại đường dẫn",
    errno.EACCES: "không có quyền đọc; xin người quản trị cấp quyền đọc",
    errno.EPERM: "không có quyền đọc; xin người quản trị cấp quyền đọc",
    errno.EISDIR: "đây là thư mục, không xem được bên trong; xin người quản trị cấp quyền đọc",
    errno.ENOTDIR: "đường dẫn đi qua một tệp như qua thư mục; kiểm tra lại đường dẫn",
    errno.ENAMETOOLONG: "tên tệp quá dài; đặt tên ngắn hơn",
    errno.ELOOP: "lối tắt dẫn vòng về chính nó; thay bằng chính tệp",
    errno.EIO: "ổ đĩa báo lỗi khi đọc; báo người quản trị",
    errno.ESTALE: "ổ đĩa mạng không còn tệp này; mở lại thư mục rồi thử lại",
}


def why_not_opened(error: OSError) -> str:
    """What happened and the way out; the machine's own words where it is nothing that happens to offices."""
    return _WHY.get(error.errno or 0) or error.strerror or str(error)
