"""Who is named as having written or supplied a text: recognised to be dropped; institutions are kept."""

from __future__ import annotations

import re

_NAME = r"[A-ZĐÀ-ỸÂÊÔĂƠƯ][\w’'.-]*"
_LABEL = (
    r"(?:theo|nguồn(?:\s+tin)?|nguồn\s+ảnh|bài(?:\s+và\s+ảnh|,\s*ảnh|\s+viết)?|tin(?:,\s*ảnh|\s+và\s+ảnh)?|ảnh(?:\s+minh\s+họa)?|clip|video|thực hiện|tổng hợp|biên dịch|lược dịch|biên tập|người dịch"
    r"|tác giả|phóng viên|nhóm phóng viên|nhóm pv|pv|p\.v|ctv|btv|đồ họa|thiết kế|trình bày|dịch|ghi|source|by|dẫn nguồn|xuất bản)"
)
_LABELLED = re.compile(rf"(?i)^[\s\W]*{_LABEL}\b\s*[:\-–]?\s*(?P<who>.*)$")
_EMAIL = re.compile(r"^\W*[\w.+-]+@[\w-]+\.[\w.]+\W*$")
_ROLE = re.compile(r"(?i)^\W*(?:pv|p\.v\.?|ctv|btv|nhóm pv|nhóm phóng viên|phóng viên|t\.h|th|ttxvn|tổng hợp)\W*$")
_INITIALS = re.compile(r"^\W*(?:[A-ZĐ]{1,2}\.\s?){1,3}[A-ZĐ]?[\wÀ-ỹ]{0,12}\W*$|^\W*[A-ZĐ]{2,4}\W*$")
_NAMES_ONLY = re.compile(rf"^[\s\W]*{_NAME}(?:[\s,;/&–-]+(?:và\s+)?{_NAME}){{0,9}}[\s\W]*(?:\([^()]{{2,60}}\))?\W*$")
_PARENTHESES = re.compile(r"^\W*\((?:theo|nguồn|tổng hợp|ttxvn|pv|ctv|vov|vtv|vnp)[^()]{0,80}\)\W*$", re.IGNORECASE)
_SOURCE = re.compile(r"(?i)^\W*(?:theo|nguồn|ảnh|clip|video|bài|tin|thực hiện|tác giả|phóng viên)\b")
_MOST_WORDS = 12
_MOST_NAME_WORDS = 9
_PHOTO_CREDIT = re.compile(
    r"[\s.\-–|]*[\s(\[/]*(?:\b(?:Ảnh|ảnh|ẢNH|Nguồn ảnh|Nguồn|Đồ họa|Photo|Clip|Video)(?:\s+(?:minh họa|tư liệu|chụp màn hình|cắt từ clip))?\s*:\s*"
    r"|(?<=[.)\-–|])\s*(?:Ảnh|ẢNH)\s+(?=[A-ZĐÀ-Ỹ]))[^:]{1,60}$"
)

OUTLET_NAMES = (
    "TTXVN", "Vietnam+", "VietnamPlus", "VnExpress", "Tuổi Trẻ", "Thanh Niên", "Dân trí", "Dân Trí", "VietNamNet", "Vietnamnet", "Lao Động", "Người Lao Động",
    "Tiền Phong", "Nhân Dân", "Quân đội nhân dân", "Công an nhân dân", "Hà Nội Mới", "Sài Gòn Giải Phóng", "SGGP", "NLĐ", "VOV", "VTV", "VTC", "Zing", "Znews",
    "Hải Phòng", "An ninh Hải Phòng", "Pháp luật", "Pháp Luật", "Đại Đoàn Kết", "Đại Đoàn kết", "Giáo dục", "Kinh tế", "Infonet", "Soha", "Kenh14", "CafeF", "Cafef", "Genk",
    "Gia đình", "Sức khỏe", "Đời sống", "Khám phá", "Người đưa tin", "Người Đưa Tin", "Báo", "Tạp chí", "Đài", "Cổng TTĐT", "Reuters", "AFP", "AP", "BBC", "CNN", "Bloomberg", "Xinhua",
    "Tân Hoa", "Sputnik", "Daily Mail", "Guardian", "Forbes", "Kyodo", "Nikkei", "Ngoisao", "Ngôi sao", "Bưu điện", "Thời báo", "Nông nghiệp", "Dân Việt", "Công Thương", "Chính phủ",
    "Xây dựng", "Giao thông", "Tài nguyên", "VGP", "baochinhphu", "TPO", "TTO", "TNO", "NLĐO", "PLO", "VNE", "Online", "News", "Times", "Post", "Media",
)  # fmt: skip
_DOMAIN = re.compile(r"\b[\w-]+\.(?:vn|com|net|org|info|gov)(?:\.vn)?\b", re.IGNORECASE)


def is_credit(text: str, authors: tuple[str, ...] = ()) -> bool:
    """Whether a whole line only says who wrote, took or supplied something: «Theo …», «PV», «N.V.A», an e-mail."""
    words = text.split()
    if not words or len(words) > _MOST_WORDS or text.rstrip()[-1:] in {"?", "!", ":", "…"}:
        return False
    if _EMAIL.match(text) or _ROLE.match(text) or _INITIALS.match(text) or _PARENTHESES.match(text):
        return True
    if any(_same(text, author) for author in authors):
        return True
    labelled = _LABELLED.match(text)
    return bool(labelled) and (not labelled["who"] or _name_like(labelled["who"]))


def is_source(text: str) -> bool:
    """Whether a line between paragraphs is a credit beyond doubt: «Theo …», «Nguồn: …», «Ảnh: …», «(TTXVN)», an e-mail."""
    return is_credit(text) and bool(_EMAIL.match(text) or _PARENTHESES.match(text) or _SOURCE.match(text))


def is_name(text: str) -> bool:
    """Whether a line is nothing but names in capitals: «Nguyễn Văn A - Trần B», «HOÀNG LONG»."""
    return (
        len(text.split()) <= _MOST_NAME_WORDS
        and not text.rstrip().endswith((".", "?", "!", ":", ","))
        and _NAMES_ONLY.match(text) is not None
    )


def _name_like(who: str) -> bool:
    """What follows «Theo» when it is a name and not the beginning of a sentence."""
    words = re.findall(r"[^\W\d_][\w’'.+-]*", who)
    capitals = sum(word[:1].isupper() or "." in word for word in words)
    return bool(words) and capitals >= 0.6 * len(words) and not re.search(r"[.;:]\s+\w", who)


def _same(text: str, author: str) -> bool:
    def form(value: str) -> str:
        return re.sub(r"\W+", "", value).lower()

    return bool(form(author)) and form(text) == form(author)


def without_photo_credit(caption: str) -> str:
    """A caption without who took or supplied the picture: «… Ảnh: A. B.», «(Nguồn: …)»."""
    return _PHOTO_CREDIT.sub("", caption).rstrip(" -–|(")


def credited_outlet(text: str) -> str | None:
    """The institution a source line names, or None: persons are never kept."""
    labelled = _LABELLED.match(text.strip("() "))
    if labelled is None:
        return None
    who = labelled["who"].strip(" .()[]:-–")
    inner = re.search(r"\(([^()]+)\)", labelled["who"])
    for part in [*([inner[1]] if inner else []), *re.split(r"[/,;]| - | – ", who.split("(")[0])]:
        name = part.strip(" .:-–")
        if (
            name
            and len(name) <= 60
            and (_DOMAIN.search(name) or any(re.search(rf"\b{re.escape(known)}", name) for known in OUTLET_NAMES))
        ):
            return name
    return None
