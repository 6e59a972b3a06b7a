"""Made-up articles about places that do not exist, each with a title and a number of its own."""

from __future__ import annotations

from itertools import product
from pathlib import Path

_FIRST = ("Lâm", "Hòa", "Bình", "Tân", "Phú", "Vĩnh", "Thanh", "Kim", "Long", "Sơn", "Yên", "Đông", "Quảng", "Mỹ")
_SECOND = ("Mộng", "Ảo", "Tưởng", "Huyền", "Thoại", "Mây", "Gió", "Trăng", "Sao", "Nắng", "Sương", "Khói", "Tuyết")
PLACES = tuple(f"{a} {b}" for a, b in product(_FIRST, _SECOND))


def title(n: int) -> str:
    """The title of article ``n``."""
    return f"Xã {PLACES[n % len(PLACES)]} tổ chức hội chợ nông sản lần thứ {n + 1}"


def question(n: int) -> str:
    """What article ``n`` answers."""
    return f"Hội chợ nông sản của xã {PLACES[n % len(PLACES)]} có bao nhiêu gian hàng?"


def text(n: int, revision: int = 0) -> str:
    """An article; another revision has other numbers."""
    place = PLACES[n % len(PLACES)]
    opened = f"Ngày {n % 27 + 1}/3/2031, xã {place} khai mạc hội chợ nông sản có {100 + 3 * n + revision} gian hàng."
    days = [
        f"Ngày thứ {day} của hội chợ, {place} đón {1000 + 37 * n + 11 * day + revision} lượt khách, "
        f"bán {20 + n + day} tấn trái cây và ký {day + 2} hợp đồng tiêu thụ với các hợp tác xã tưởng tượng."
        for day in range(1, 9)
    ]
    return "\n\n".join([title(n), opened, *days])


def write(folder: Path, n: int, revision: int = 0) -> Path:
    """Put article ``n`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"bai-{n:03}.txt"
    path.write_text(text(n, revision), encoding="utf-8")
    return path
