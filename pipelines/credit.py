"""Who is named as having written or supplied a text: recognised to be dropped; institutions are kept."""

from __future__ import annotations

import re

from pipelines.text import bare

_LABELS = (
    "theo", r"nguồn(?:\s+tin|\s+ảnh)?", r"bài(?:\s+và\s+ảnh|\s*[,-]\s*ảnh|\s+viết)?",
    r"tin(?:\s*[,-]\s*ảnh|\s+và\s+ảnh)?", r"ảnh(?:\s+minh\s+h[oọ][aạ]|\s*[,-]\s*clip)?", "clip", "video",
    "thực hiện", "tổng hợp", "biên dịch", "lược dịch", "biên tập", "người dịch", "tác giả", "phóng viên",
    "nhóm phóng viên", "nhóm pv", "pv", r"p\.v", "ctv", "btv", "đồ họa", "thiết kế", "trình bày", "dịch", "source",
    "by", "dẫn nguồn", "xuất bản", "(?:được )?(?:viết|đăng) bởi", "người (?:viết|đăng|gửi|thực hiện)", "thể hiện",
    "tin,? bài", "bài,? ảnh", "sưu tầm", "phỏng vấn", "ghi chép", "chụp ảnh",
)  # fmt: skip
_LABELLED = re.compile(rf"^[\s\W]*(?:{'|'.join(_LABELS)})\b(?P<colon>\s*[:\-–]?)\s*(?P<who>.*)$", re.IGNORECASE)
_EMAIL = re.compile(r"^\W*[\w.+-]+@[\w-]+\.[\w.]+\W*$")
_ROLE = re.compile(
    r"^\W*(?:pv|p\.v\.?|ctv|btv|nhóm pv|nhóm phóng viên|phóng viên|t\.h|t/h|th|ttxvn|vov|vtv|tổng hợp)\W*$",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"^\W*(?:[^\W\d_a-z]{1,2}\.\s?){1,3}[^\W\d_]{0,12}\W*$|^\W*[A-ZĐ]{2,4}\W*$")
_WRITTEN_BY = re.compile(r"(?i)^\W*(?:(?:được )?(?:viết|đăng|gửi) bởi|người (?:viết|đăng|gửi)|ban biên tập$|bbt$)\b")
_PARENTHESES = re.compile(
    r"^\W*\((?:theo|nguồn|tổng hợp|ttxvn|pv|ctv|vov|vtv|vnp|dịch)\b[^()]{0,80}\)\W*$", re.IGNORECASE
)
_SOURCE = re.compile(r"^\W*(?:theo|nguồn|ảnh|clip|video|bài|tin|thực hiện|tác giả|phóng viên)\b", re.IGNORECASE)
_AFTER_NAME = re.compile(r"\s*\([^()]{1,60}\)\W*$|\s*/\s*[^/]{2,40}$|\s+[-–]\s+(?:ảnh|clip)\s*:.*$", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"[\s,;/&–|-]+")
_PHOTO_CREDIT = re.compile(
    r"[\s.\-–|]*[\s(\[/]*"
    r"(?:\b(?:[Ảả]nh|ẢNH|Nguồn ảnh|Nguồn|Đồ họa|Photo|Clip|Video)"
    r"(?:\s+(?:minh họa|tư liệu|chụp màn hình|cắt từ clip))?\s*:\s*"
    r"|(?<=[.)\-–|])\s*(?:Ảnh|ẢNH)\s+(?=[A-ZĐÀ-Ỹ]))[^:]{1,60}$"
)
_STOCK = re.compile(
    r"(?i)\W*(?:tư liệu|minh h[oọ][aạ]|internet|mạng|sưu tầm|tổng hợp|chụp màn hình|cắt từ (?:clip|video)|đồ họa|nvcc"
    r"|(?:do )?(?:nhân vật|tác giả|bạn đọc|gia đình|đơn vị|công an|cơ quan\s?\w*) cung cấp"
    r"|cttđt|facebook|fbnv|getty(?: images)?|pixabay|cổng ttđt.*)\W*"
)
"""What stands for a name behind «Ảnh:» or «Nguồn:»."""
_MOST_WORDS, _MOST_NAMES, _MOST_OUTLET, _MOST_SITE_WORDS = 12, 9, 60, 5
_CAPITALS = 0.6

OUTLET_NAMES = (
    "TTXVN", "Vietnam+", "VietnamPlus", "VnExpress", "VNE", "Tuổi Trẻ", "Thanh Niên", "Dân trí", "Dân Trí",
    "VietNamNet", "Vietnamnet", "Lao Động", "Người Lao Động", "NLĐ", "Tiền Phong", "Nhân Dân", "Quân đội nhân dân",
    "Công an nhân dân", "Hà Nội Mới", "Sài Gòn Giải Phóng", "SGGP", "VOV", "VTV", "VTC", "Zing", "Znews",
    "Hải Phòng", "Pháp luật", "Pháp Luật", "Đại Đoàn Kết", "Đại Đoàn kết", "Giáo dục", "Kinh tế", "Infonet", "Soha",
    "Kenh14", "CafeF", "Cafef", "Genk", "Gia đình", "Sức khỏe", "Đời sống", "Khám phá", "Người đưa tin",
    "Người Đưa Tin", "Reuters", "AFP", "AP", "BBC", "CNN", "Bloomberg",
    "Xinhua", "Tân Hoa", "Sputnik", "Daily Mail", "Guardian", "Forbes", "Kyodo", "Nikkei", "Ngoisao", "Ngôi sao",
    "Bưu điện", "Thời báo", "Nông nghiệp", "Dân Việt", "Công Thương", "Chính phủ", "Xây dựng", "Giao thông",
    "Tài nguyên", "VGP", "TPO", "TTO", "TNO", "PLO", "Trí Thức Trẻ", "Trí thức trẻ", "Nhịp sống", "An ninh", "Dân Việt",
    "Thời Đại", "Đất Việt", "Sài Gòn", "Người tiêu dùng", "Doanh nhân", "Doanh Nghiệp", "Doanh nghiệp",
)  # fmt: skip
"""How the institutions that are credited call themselves: what a credited name begins with, or it is a person's."""
_OUTLET = re.compile(
    rf"(?:(?:[Bb]áo|[Tt]ờ|[Tt]rang)\s+)?(?:{'|'.join(re.escape(name) for name in OUTLET_NAMES)})(?!\w)"
)
_KIND = re.compile(
    r"(?:(?:Nhật |Thời |Tuần |Chuyên trang )?[Bb]áo|Tạp chí|Tuần san|Nguyệt san|Bản tin|Trang tin"
    r"|Cổng(?: tin| thông tin| TTĐT)?|Thông tấn xã|Hãng(?: tin| thông tấn)?|Truyền hình|Kênh"
    r"|Đài(?=\s(?:PT|TH|TN|Tiếng|Truyền|Phát|Châu|[A-Z]{2})))"
    r"(?:\s+(?:điện tử|thành phố|tỉnh|của|và|&)|\s+[A-ZĐÀ-Ỹ0-9][\w+.-]*)+"
)
"""What an unlisted institution is called: its kind, then words in capitals. «Báo» in a person's name stands last."""
_MEDIA = re.compile(r"\b(?:Online|News|Times|Post|Media|TV)$")
_DOMAIN = re.compile(r"\b[\w-]+\.(?:vn|com|net|org|info|gov)(?:\.vn)?\b", re.IGNORECASE)


def is_credit(text: str, authors: tuple[str, ...] = ()) -> bool:
    """Whether a whole line only says who wrote, took or supplied something: «Theo …», «PV», «N.V.A», an e-mail.

    `authors` are the names the page's own metadata give: a line that is one of them is a byline however it looks.
    """
    words = text.split()
    if not words or len(words) > _MOST_WORDS or text.rstrip()[-1:] in {"?", "!", ":", "…"}:
        return False
    if _EMAIL.match(text) or _ROLE.match(text) or _INITIALS.match(text) or _PARENTHESES.match(text):
        return True
    if len(words) <= _MOST_WORDS / 2 and _WRITTEN_BY.match(text):
        return True
    if authors and (form := bare(text)) and any(form == bare(author) for author in authors):
        return True
    labelled = _LABELLED.match(text)
    return labelled is not None and _names_somebody(labelled["who"])


def _names_somebody(who: str) -> bool:
    """Whether what follows «Theo», «Ảnh:» is nothing, a name, an address or what stands for one."""
    address = len(who.split()) < _MOST_SITE_WORDS and ("://" in who or _DOMAIN.search(who) is not None)
    return not who or address or _name_like(who) or _STOCK.fullmatch(who) is not None


def is_source(text: str) -> bool:
    """Whether a line amid paragraphs is a credit beyond doubt: «Theo …», «Nguồn: …», «Ảnh: …», «(TTXVN)», an e-mail."""
    return is_credit(text) and bool(_EMAIL.match(text) or _PARENTHESES.match(text) or _SOURCE.match(text))


def is_name(text: str) -> bool:
    """Whether a line is nothing but names in capitals: «Nguyễn Văn A - Trần B (tổng hợp)», «HOÀNG LONG»."""
    line = text.strip(" .*–-")
    for _ in range(2):
        line = _AFTER_NAME.sub("", line)
    if text.rstrip().endswith(("?", "!", ":", ",", "…")) or not line or any(c.isdigit() for c in line):
        return False
    if _HONORIFIC.match(line) and text.rstrip().endswith("."):
        return False
    words = [word for word in _BETWEEN_NAMES.split(line) if word and word != "và"]
    return 0 < len(words) <= _MOST_NAMES and all(word[0].isupper() and _is_word(word) for word in words)


_HONORIFIC = re.compile(r"(?:Ông|Bà|Anh|Chị|Cô|Chú|Bác|Cụ|Em)\s")


def _is_word(word: str) -> bool:
    return all(c.isalpha() or c in ".’'" for c in word)


def _name_like(who: str) -> bool:
    """What follows «Theo» when it is a name and not the beginning of a sentence."""
    if _CLAUSE.search(who):
        return False
    words = re.findall(r"[^\W\d_][\w’'.+-]*", who.rstrip(". "))
    capitals = sum(word[:1].isupper() or "." in word for word in words)
    return bool(words) and capitals >= _CAPITALS * len(words) and not re.search(r"[.;:]\s+\w", who)


_CLAUSE = re.compile(r",\s+(?=[a-zà-ỹđ])(?!và\b|ảnh\b|theo\b|tổng hợp\b|ctv\b|pv\b|báo\b)")
"""A comma and a small letter: what follows «Theo …» goes on as a sentence."""


def without_photo_credit(caption: str) -> str:
    """A caption without who took or supplied the picture: «… Ảnh: A. B.», «(Nguồn: …)»."""
    return _PHOTO_CREDIT.sub("", caption).rstrip(" -–|(")


def is_institution(name: str, press: frozenset[str] = frozenset()) -> bool:
    """Whether a credited name is an institution's: a site, one of `press` (folded by `bare`), or called like one."""
    return bool(
        bare(name) in press or _DOMAIN.search(name) or _OUTLET.match(name) or _KIND.match(name) or _MEDIA.search(name)
    )


def credited_outlet(text: str, press: frozenset[str] = frozenset()) -> str | None:
    """The institution a source line names, or None: persons are never kept. `press`: folded names of known outlets."""
    line = text.strip().strip("()") if text.strip().startswith("(") else text
    labelled = _LABELLED.match(line)
    if labelled is None and not _PARENTHESES.match(text):
        return None
    who = labelled["who"] if labelled else line
    inner = re.findall(r"\(([^()]+)\)", who)
    for part in [part for piece in (*inner, who.split("(")[0]) for part in re.split(r"[/,;]| - | – ", piece)]:
        name = part.strip(" .:-–[]()")
        if name and len(name) <= _MOST_OUTLET and is_institution(name, press):
            return name
    return None
