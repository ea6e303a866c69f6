"""A fault that pydantic finds is told in Vietnamese, whatever file it stands in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.complaints import complaint, seen_in
from config.export_profiles import BadProfile, load_profiles
from config.trust_policy import BadTrustPolicy, load_policy
from config.working_calendar import BadCalendar, load_calendars


class _Folder(BaseModel):
    kind: Literal["folder"]


class _Mail(BaseModel):
    kind: Literal["mail"]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(default="abc", min_length=2, pattern="^[a-c]+$")
    word: Literal["a", "b"] = "a"
    whole: int = Field(default=5, ge=1, le=9)
    above: float = Field(default=5, gt=1, lt=9)
    number: Decimal = Decimal()
    day: date = date(2025, 1, 1)
    hour: time = time(7)
    yes: bool = True
    many: tuple[int, ...] = Field(default=(1,), min_length=1, max_length=2)
    listed: list[int] = [1]
    inner: _Folder = _Folder(kind="folder")
    table: dict[str, int] = {}
    either: Annotated[_Folder | _Mail, Field(discriminator="kind")] = _Folder(kind="folder")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        *[("text", 5, "phải là chữ trong dấu nháy"), ("text", "a", "phải có ít nhất 2 ký tự")],
        *[("text", "xyz", "không đúng dạng ^[a-c]+$"), ("word", "c", "chỉ nhận 'a' hoặc 'b'")],
        *[("whole", "x", "phải là số nguyên"), ("whole", 1.5, "phải là số nguyên"), ("whole", [], "phải là số nguyên")],
        *[("whole", 0, "phải từ 1 trở lên"), ("whole", 10, "không được quá 9")],
        *[("above", 1, "phải lớn hơn 1.0"), ("above", 9, "phải nhỏ hơn 9.0"), ("above", "x", "phải là số")],
        *[("number", "x", "phải là số"), ("number", [], "phải là số")],
        *[("day", "x", "phải là ngày dạng 2025-12-31"), ("day", [], "phải là ngày dạng 2025-12-31")],
        *[("hour", "x", "phải là giờ:phút"), ("yes", "x", "phải là true hoặc false"), ("yes", [], "phải là true")],
        *[("many", [], "phải có ít nhất 1 mục"), ("many", [1, 2, 3], "không được quá 2 mục"), ("many", 1, "danh sách")],
        *[("listed", 1, "phải là danh sách"), ("inner", 1, "phải là các mục khóa"), ("table", 1, "các mục khóa")],
        *[("inner", {}, "thiếu, phải ghi"), ("other", 1, "không có mục tên này"), ("either", {}, "thiếu 'kind'")],
        ("either", {"kind": "x"}, "'kind' chỉ nhận 'folder', 'mail'"),
    ],
)
def test_each_kind_of_fault_has_its_vietnamese_sentence(name: str, value: object, told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        _File.model_validate({name: value})
    assert told in complaint(refused.value.errors()[0])


def test_what_was_seen_is_told_where_it_is_one_value() -> None:
    assert seen_in({"input": "thang 13"}) == " (đang ghi 'thang 13')"
    assert seen_in({"input": {"password": "x"}}) == ""


@pytest.mark.parametrize(
    ("name", "text", "load", "refusal"),
    [
        ("2025.yaml", "year: abc\nversion: '1'\nholidays: x\nworking_days: []\n", load_calendars, BadCalendar),
        ("mau.yaml", "id: mau\nname: Mẫu\nkind: khac\nkey: code\ncolumns: []\n", load_profiles, BadProfile),
        (
            "policy.yaml",
            "sha1: khac\nminimum_rsa_bits: 1\n",
            lambda folder: load_policy(folder / "policy.yaml"),
            BadTrustPolicy,
        ),
    ],
)
def test_no_english_is_told_of_a_bad_file(
    name: str, text: str, load: Callable[[Path], object], refusal: type[Exception], tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(refusal) as refused:
        load(tmp_path)
    assert "Input should" not in str(refused.value) and "đang ghi" in str(refused.value), refused.value
