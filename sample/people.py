"""Names, places and other particulars of people who do not exist."""

from __future__ import annotations

from random import Random

_FAMILY = tuple("Nguyễn Trần Lê Phạm Huỳnh Phan Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trương".split())  # noqa: SIM905 - shorter to read
_MIDDLE_MALE = tuple("Văn Hữu Đức Quang Minh Thanh Ngọc Xuân Công Đình".split())  # noqa: SIM905 - shorter to read
_MIDDLE_FEMALE = tuple("Thị Thị Thị Ngọc Thanh Kim Thu Bích Mỹ Hoài".split())  # noqa: SIM905 - shorter to read
_MALE = tuple("An Bình Cường Dũng Hải Hùng Khoa Long Nam Phúc Quân Sơn Tâm Tuấn Việt Vinh Thắng Tín".split())  # noqa: SIM905 - shorter to read
_FEMALE = tuple("Anh Dung Hà Hạnh Hoa Hương Lan Linh Mai Nga Nhung Oanh Phương Thảo Trang Trâm Vân Yến".split())  # noqa: SIM905 - shorter to read
_STREETS = (
    "Cửa Đại",
    "Lạc Long Quân",
    "Âu Cơ",
    "Nguyễn Tri Phương",
    "Trần Nhân Tông",
    "Lê Thánh Tông",
    "Đống Đa",
    "Hai Bà Trưng",
    "Ngô Quyền",
)
_BLOCKS = ("Phước Trạch", "Phước Tân", "An Bàng", "Tân Thành", "Cẩm Thanh 1", "Cẩm Thanh 2", "Thanh Tam Đông")


def person(random: Random) -> str:
    """A full name, for example "Huỳnh Thị Thảo"."""
    male = random.random() < 0.5
    middle, given = (_MIDDLE_MALE, _MALE) if male else (_MIDDLE_FEMALE, _FEMALE)
    return f"{random.choice(_FAMILY)} {random.choice(middle)} {random.choice(given)}"


def address(random: Random) -> str:
    """An address in the ward."""
    if random.random() < 0.4:
        return f"Khối phố {random.choice(_BLOCKS)}, phường Hội An Đông, thành phố Đà Nẵng"
    return f"Số {random.randint(2, 480)} đường {random.choice(_STREETS)}, phường Hội An Đông, thành phố Đà Nẵng"
