"""Patterns around a name, on the match form: type words, lists, what lies in what, former and new."""

from __future__ import annotations

import re

TYPE_OF = {
    **dict.fromkeys(("thành phố", "tp", "t.p", "thành phố cảng", "tp cảng"), "thành phố"),
    **dict.fromkeys(("thị xã", "tx", "t.x"), "thị xã"),
    **dict.fromkeys(("quận", "q"), "quận"),
    **dict.fromkeys(("huyện", "h", "huyện đảo"), "huyện"),
    **dict.fromkeys(("phường", "p"), "phường"),
    **dict.fromkeys(("xã", "x", "xã đảo"), "xã"),
    **dict.fromkeys(("thị trấn", "tt"), "thị trấn"),
    "đặc khu": "đặc khu",
    "tỉnh": "tỉnh",
    **dict.fromkeys(("đảo", "quần đảo"), "đảo"),
}
"""Type word as written (without its last stop) -> type; `đảo` names the place without naming its rank."""

_TYPE = (
    r"(?:thành phố(?: cảng)?|t\.?p\.?(?: cảng)?|thị xã|t\.?x\.?|quận|q\.?|huyện(?: đảo)?|h\.|phường|p\.|xã(?: đảo)?|"
    r"x\.|thị trấn|tt\.?|đặc khu|tỉnh|quần đảo|đảo)"
)
"""One-letter forms need their stop: a bare P or H is an initial."""
TYPE_BEFORE = re.compile(rf"(?<![^\W_])(?<!\w\.)({_TYPE})(?:[ ]?|(?<=\.)\n)$")
"""The type word that ends right before a name."""
TYPE_ENDS = frozenset(word.rpartition(" ")[2] for word in TYPE_OF) | {"cảng", "đảo"}
"""The last word of every type word: where another stands before a name, `TYPE_BEFORE` need not look."""
_BOTH = r"(?:quận|huyện|thị xã|phường|xã|thị trấn|đặc khu)"
TYPE_HERE = re.compile(
    r"[ ]?(?:\(|-|của|-? ?chi nhánh)?[ ]?"
    rf"(?:(các|hai|ba|bốn|\d+) (?:{_BOTH}(?:, | và | - |-|/))?)?({_TYPE})(?:(?<=\.)\n?|(?![^\W_]))(?:[ ]|: )?"
)
"""A type word right after a head, also the last of two: `UBND các phường, xã`."""
PROVINCES_HERE = re.compile(
    r"[ ]?(?:ở |tại |của )?(?:các|hai|ba|bốn|\d+) (?:tỉnh|thành phố|tp|địa phương)"
    r"(?:(?:,| và| -|/) ?(?:tỉnh|thành phố|thành|tp\.?))?(?: (?:gồm|là|như))?[ ]?[:(]?[ ]?"
)
"""What opens a list of provinces right after a head: `công an các tỉnh, thành Hưng Yên, Hải Dương`."""
PLACE_JOINT = re.compile(r"(?:[ ]?\([a-zđ0-9&-]{2,10}\))?[ ]?(?:\.|\(|- ?|của |tại |, )?")
"""What may stand between a head and the name of its place: also its abbreviation, `Trung tâm … (CDC) Hải Dương`."""

CHAIN = re.compile(
    rf"[ ]?(?:\)?[ ]?[,(]|-|thuộc|của|ở|tại)[ ]?(?:thuộc |nay thuộc |nay là )?(?:({_TYPE})(?:[ ]|(?<=\.)))?"
)
"""What leads from a unit to the greater one it lies in: `xã X, huyện Y (Z)`."""
CHAIN_BEGINS = (",", "(", "-", ")", " ,", " (", " -", " )", " t", " của", " ở", "thuộc", "của", "ở", "tại")
"""One of these stands behind a name wherever `CHAIN` can match: a cheap look comes first."""
LIST = re.compile(
    r"(?: \((?:cũ|mới)\)| cũ)?(?:[ ]?[,;/][ ]?(?:và )?| và | hay | hoặc | cùng | với |[ ]?-[ ]?)(?:các )?$"
)
"""All that may stand between two members of a list that share one type word."""

PAIR_BEFORE = re.compile(rf"(?:các|những|hai|ba|nhiều|\d+) ({_BOTH})(?:, | và | - |-|/)$")
"""The other type word of a list that mixes two: `các xã, phường Kiến Thụy, Lê Chân`."""
LIST_HEAD = re.compile(
    r"(?<![^\W_])(quận|huyện|thị xã|phường|xã|thị trấn|đặc khu)"
    r"(?: (?:nội thành|ngoại thành|nội đô|ven biển|miền núi|trung tâm|gồm|gồm có|là|như))*[ ]?[:(]?[ ]?$"
)
"""What opens a list without standing right before its first name: `các quận nội thành Hải An`, `3 huyện (…`."""
LIST_OPENERS = ("thành ", "đô ", "biển ", "núi ", "tâm ", "gồm ", "có ", "là ", "như ", ": ", "(", ":")
"""One of these ends the words before a name wherever `LIST_HEAD` can match and `TYPE_BEFORE` does not."""

IMPLIED_TYPE = re.compile(r"(quận|huyện|thị|thành) ủy $")
"""A party committee that tells the type of the unit behind it: `Huyện ủy Tiên Lãng`."""
TYPE_OF_COMMITTEE = {"quận": "quận", "huyện": "huyện", "thị": "thị xã", "thành": "thành phố"}

PLURAL_BEFORE = re.compile(r"(?:các|những|mỗi|từng|một số|nhiều) $")
COUNTED_BEFORE = re.compile(r"\d+ $")
"""`các Sở Y tế`, `31 Sở Giáo dục`: no one agency; but `kỳ họp thứ 7 HĐND`."""
PART_OF_WORD_BEFORE = re.compile(r"(?:(?<![^\W_])(?:cơ|chi|tổng|(?<!cán )bộ) |/ ?|- ?)$")
"""`cơ sở y tế`, `chi cục thuế`, `Bộ Công an`, `Tổng công ty Điện lực`, `QĐ-UBND`."""
NOT_A_BODY_AFTER = re.compile(
    r" (?:viên|các cấp|khóa|tỉnh, thành|nhân dân|cấp (?:tỉnh|huyện|xã|cơ sở|trên|dưới))(?![^\W_])"
)
"""`Thành ủy viên`, `HĐND các cấp`."""

TOGETHER = re.compile(
    r"(?:, | và |, và | - |/| cùng )(?:(?:nguyên )?(?:phó )?(?:chủ tịch|bí thư|giám đốc|viện trưởng|chánh án) )?$"
)
"""Between two bodies that share one place: `Công an và VKSND quận Lê Chân`, `Bí thư Thành ủy, Chủ tịch UBND TP X`."""

FORMER_AFTER = re.compile(
    r"[ ]?(?:\((?:cũ|trước đây|nay |trước sáp nhập|trước hợp nhất)|cũ(?![^\W_])|trước đây(?![^\W_])|trước khi sáp nhập)"
)
FORMER_BEFORE = re.compile(r"(?:trước đây là|nguyên là|tiền thân là|(?<![^\W_])cựu)[ ]?$")
TIME_HINT = re.compile(r"nay |trước|nguyên|tiền thân|cựu|đổi tên|thành lập")
"""One of these stands before a name wherever `FORMER_BEFORE` or `NEW_BEFORE` can match: a cheap look comes first."""
NEW_BEFORE = re.compile(r"(?:nay là|nay thuộc|đổi tên thành|thành lập)(?: [^\W_]+)?[ ]?$")
SAID_FORMER = re.compile(r"(?<![^\W_])(?:cũ|trước đây|trước khi sáp nhập|nay là|nay thuộc)(?![^\W_])")
MARKED_OLD = re.compile(r"[ ]?\(?(?:cũ|trước đây|nay )")

ROAD = re.compile(
    r"(?:cao tốc|tuyến|quốc lộ|đường sắt|khu gian|chuyến tàu|xe khách|tàu hỏa|đoàn tàu|hành lang|đường cao tốc|"
    r"ql ?\d+[a-z]?)[^.;\n]{0,60}$"
)
"""A road or line whose ends are named: `cao tốc Hà Nội - Hải Phòng`."""
BUILT_PAIR = re.compile(
    r"(?:cầu|cầu vượt|cầu vượt biển|đường ô ?tô|đường|khu kinh tế|kkt|khu thương mại tự do|phà|tuyến phà)"
    r"(?: (?!nối)[^\W\d_]+){0,3}[ ]?-?[ ]?$"
)
"""A bridge, road or zone named after two places: `cầu Tân Vũ - Lạch Huyện`."""
SCORE_AFTER = re.compile(r" \d ?- ?\d(?![\d/-])")
SCORE_BEFORE = re.compile(r"(?<!ngày )(?<!sáng )(?<!chiều )(?<!tối )(?<![\d/-])\d ?- ?\d $")
"""`Hải Phòng 1-0 Hà Nội`: a match; but `sáng 3-3, Hải Phòng`."""
NUMBERED_BEFORE = re.compile(
    r"(?:^|[(,;:]\s?|[\n]|(?:(?<![^\W_])(?:số|là|kilo|tại|ở|hiệu|nhà) ))(?!(?:19|20)\d\d )\d{1,4}[a-z]?(?:/\d+)* $"
)
"""A number right before a bare name is a house or hull number: `số 129 Hải Phòng`, `183 TP HCM, 184 Hải Phòng`."""
PLAYS_AFTER = re.compile(r" (?:đấu|vs\.?|đụng độ|so tài)(?: với)?(?![^\W_])")
PLAYS_BEFORE = re.compile(r"(?<![^\W_])(?:đấu|vs\.?|đụng độ|so tài)(?: với)? $")
"""A team plays another; said of cities only in football."""
LEAVES_AFTER = re.compile(r" (?:vào|đi|sang|ra|lên(?! mạng)|xuống|bay|về)(?![^\W_])")
"""Behind a place that «từ» stands before: somebody leaves it, what happens happens elsewhere."""
CLUB_AFTER = re.compile(r"[ ]?(?:fc|club)(?![^\W_])")
PERSON_AFTER = re.compile(r"[ ]?[,(][ ]?(?:\d{1,2} tuổi|sn \d|sinh năm)")
"""An age or year of birth: the name was a person's."""

_YEARS = (re.compile(r"20[0-3][0-9](?![0-9%]|[.,][0-9])"), re.compile(r"19[5-9][0-9](?![0-9%]|[.,][0-9])"))
"""1950 to 2039; two patterns, for each begins with letters of its own and is found fast."""
_DIGIT = re.compile(r"\d")
_NUMBER_BEFORE = frozenset("0123456789.,")


def numbered(left: str) -> bool:
    """Whether the words before a name end in a house or hull number; a cheap look for a digit comes first."""
    return bool(_DIGIT.search(left, max(0, len(left) - 6)) and NUMBERED_BEFORE.search(left[-20:]))


def latest_year(form: str) -> int:
    """The latest year a text names, 1950 to 2039, or 0: no part of a longer number, but `12.2019` is a date."""
    for pattern in _YEARS:
        found = [int(year[0]) for year in pattern.finditer(form) if _begins_year(form, year.start())]
        if found:
            return max(found)
    return 0


def _begins_year(form: str, start: int) -> bool:
    before = form[max(0, start - 1) : start]
    dotted = before == "." and form[max(0, start - 2) : start - 1].isdigit()
    return before not in _NUMBER_BEFORE or dotted
