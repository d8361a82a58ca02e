"""What stands beside a name and says what it is: type words, streets, schools, roads, clubs. Patterns on the match form."""

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
    r"(?:thành phố(?: cảng)?|t\.?p\.?(?: cảng)?|thị xã|t\.?x\.?|quận|q\.?|huyện(?: đảo)?|h\.|phường|p\.|xã(?: đảo)?|x\.|thị trấn|tt\.?|"
    r"đặc khu|tỉnh|quần đảo|đảo)"
)
TYPE_BEFORE = re.compile(rf"(?<![^\W_])(?<!\w\.)({_TYPE})(?:[ ]?|(?<=\.)\n)$")
"""The type word that ends right before a name."""
TYPE_HERE = re.compile(
    rf"[ ]?(?:\(|-|của|-? ?chi nhánh)?[ ]?(?:các |hai |ba )?({_TYPE})(?:(?<=\.)\n?|(?![^\W_]))(?:[ ]|: )?"
)
"""A type word right after a head."""
PLACE_JOINT = re.compile(r"[ ]?(?:\.|\(|- ?|của |tại |, )?")
"""What may stand between a head and the name of its place."""

CHAIN = re.compile(rf"[ ]?(?:\)?[ ]?[,(]|-|thuộc|của|ở|tại)[ ]?(?:thuộc |nay thuộc |nay là )?(?:({_TYPE})[ ]?)?")
"""What leads from a unit to the greater one it lies in: `xã X, huyện Y (Z)`."""
LIST = re.compile(
    r"(?: \((?:cũ|mới)\)| cũ)?(?:[ ]?[,;/][ ]?(?:và )?| và | hay | hoặc | cùng | với |[ ]?-[ ]?)(?:các )?$"
)
"""All that may stand between two members of a list that share one type word."""

IMPLIED_TYPE = re.compile(r"(quận|huyện|thị|thành) ủy $")
"""A party committee that tells the type of the unit behind it: `Huyện ủy Tiên Lãng`."""
TYPE_OF_COMMITTEE = {"quận": "quận", "huyện": "huyện", "thị": "thị xã", "thành": "thành phố"}

PLURAL_BEFORE = re.compile(r"(?:các|những|mỗi|từng|một số|nhiều|\d+) $")
"""`các Sở Y tế`: no one agency."""
PART_OF_WORD_BEFORE = re.compile(r"(?:(?<![^\W_])cơ |/ ?|- ?)$")
"""`cơ sở y tế`, `QĐ-UBND`."""
NOT_A_BODY_AFTER = re.compile(r" (?:viên|các cấp|khóa|tỉnh, thành|nhân dân|cấp)(?![^\W_])")
"""`Thành ủy viên`, `HĐND các cấp`."""

FORMER_AFTER = re.compile(
    r"[ ]?(?:\((?:cũ|trước đây|nay |trước sáp nhập|trước hợp nhất)|cũ(?![^\W_])|trước đây(?![^\W_])|trước khi sáp nhập)"
)
FORMER_BEFORE = re.compile(r"(?:trước đây là|nguyên là|tiền thân là|(?<![^\W_])cựu)[ ]?$")
TIME_HINTS = ("nay ", "trước", "nguyên", "tiền thân", "cựu", "đổi tên", "thành lập")
NEW_BEFORE = re.compile(r"(?:nay là|nay thuộc|đổi tên thành|thành lập)(?: [^\W_]+)?[ ]?$")

_STREET = "đường|phố|ngõ|ngách|hẻm|tuyến phố|tuyến đường|đại lộ|vườn hoa|quảng trường|ngã tư|ngã ba|ngã năm|nút giao|vòng xuyến|kiệt"
_BUILT = (
    "cầu|cầu vượt|hầm|chợ|chùa|đền|đình|miếu|phủ|nhà thờ|bến|bến phà|phà|bến xe|ga|ga tàu|cảng|cảng biển|cảng cạn|bến cảng|sân|"
    "sân vận động|svđ|nhà hát|cung|nhà thi đấu|công viên|khu công nghiệp|kcn|cụm công nghiệp|khu đô thị|kđt|khu chung cư|chung cư|dự án|"
    "tòa nhà|trung tâm thương mại|nghĩa trang|nhà máy|nhà máy nước|nhiệt điện|xi măng|thép|hồ|đập|kênh|mỏ|hải đăng|trạm|tượng|tượng đài|"
    "di tích|bãi|khách sạn|nhà hàng|resort|flamingo|vinhomes|cáp treo|vịnh|biển hiệu"
)
_WATER = "sông|núi|biển|cửa|cửa biển|đèo|suối|hang|động|bán đảo|mũi"
_SCHOOL = "trường|thpt|thcs|ptth|pt|tiểu học|mầm non|mẫu giáo|đại học|đh|cao đẳng|học viện|bệnh viện|bv|phòng khám|trung học phổ thông|trung học cơ sở|trường th"
_FIRM = "chi nhánh|phòng giao dịch|pgd|siêu thị|cửa hàng|quán|ban nhạc|công ty|cty|tnhh|cp|cổ phần|tập đoàn|doanh nghiệp|hãng|thương hiệu|ngân hàng|tổng công ty|hợp tác xã|htx|nhựa|đóng tàu|xăng dầu|bia|vận tải"
_CLUB = "clb|câu lạc bộ|đội bóng|đội|fc|cđv|u16|u17|u19|u21|u23"
_SHIP = "tàu|tàu ngầm|tàu hàng|tàu khách|tàu chiến|chiến hạm|tàu buýt|phà|sà lan"
_PERSON = "ảnh:|ảnh|clip:|video:|đồ họa:|tác giả|ông|bà|anh|chị|em|cô|chú|bác|vua|tướng|nữ tướng|danh tướng|ca sĩ|nghệ sĩ|diễn viên|người mẫu|nhà thơ|họa sĩ|đại tướng|thầy|cháu|bé|bị cáo"


_CUE_OF = {
    word.strip(): cue
    for cue, words in (
        *(("person", _PERSON), ("ship", _SHIP), ("club", _CLUB), ("firm", _FIRM)),
        *(("school", _SCHOOL), ("water", _WATER), ("built", _BUILT), ("street", _STREET)),
    )
    for word in words.split("|")
}
_BETWEEN = frozenset({"số", "tên", "mới"})
"""May stand between the cue and the name."""
_NOT_THE_CUE = frozenset(
    {
        "môi trường",
        "thị trường",
        "công trường",
        "hiện trường",
        "nguyên quán",
        "quê quán",
        "thành phố",
        "xã hội",
        "cơ sở",
    }
)
"""Words that end like a cue and are none."""
_MOST_WORDS = 4


def cue_before(left: str) -> str | None:
    """street, built, water, school, firm, club, ship, person: what stands right before a name, or None.

    `left` is the match form up to the name, ending in one blank when a word stands there.
    """
    if not left.endswith(" "):
        return None
    words = left.rsplit("\n", 1)[-1].split(" ")[-_MOST_WORDS - 2 : -1]
    if words and words[-1] in _BETWEEN:
        words = words[:-1]
    if " ".join(words[-2:]) in _NOT_THE_CUE:
        return None
    for length in range(min(_MOST_WORDS, len(words)), 0, -1):
        cue = _CUE_OF.get(" ".join(words[-length:]).lstrip("(\"'"))
        if cue:
            return cue
    return None


ROAD = re.compile(
    r"(?:cao tốc|tuyến|quốc lộ|đường sắt|khu gian|chuyến tàu|xe khách|tàu hỏa|đoàn tàu|hành lang|đường cao tốc|ql ?\d+[a-z]?)[^.;\n]{0,60}$"
)
"""A road or line whose ends are named: `cao tốc Hà Nội - Hải Phòng`."""
BUILT_PAIR = re.compile(
    r"(?:cầu|cầu vượt|cầu vượt biển|đường ô ?tô|đường|khu kinh tế|kkt|khu thương mại tự do|phà|tuyến phà)(?: [^\W\d_]+){0,3}[ ]?-?[ ]?$"
)
"""A bridge, road or zone named after two places: `cầu Tân Vũ - Lạch Huyện`."""
STREET_AFTER = re.compile(r"[ ]?(?:fc|club)(?![^\W_])")

SPORT = ("hlv", "huấn luyện viên", "cầu thủ", "đội bóng", "bóng đá", "vòng đấu", "trận đấu", "bàn thắng", "hạng nhất", "cup quốc gia", "cúp quốc gia", "lượt trận", "trọng tài", "thủ môn", "tiền đạo", "tiền vệ", "hậu vệ", "ghi bàn", "lượt đi", "lượt về", "trụ hạng", "cđv", "câu lạc bộ", "clb ", "penalty", "bảng xếp hạng")
"""Words of football: where they crowd, a city's name is a team."""
LEAGUE = ("v-league", "v.league", "v league", "vleague")
"""One of these is enough."""

DISTRICT_WORDS = (" quận ", " huyện ", " thị xã ")
YEAR = re.compile(r"[12][09][0-9]{2}(?![0-9%]|[.,][0-9])")
"""Four figures that may be a year; `years` checks what stands before them."""
_NUMBER_BEFORE = frozenset("0123456789.,")


def years(form: str) -> list[int]:
    """The years a text names, 1950 to 2039, in order; not parts of longer numbers (`12.2019` is a date, `1,2019` none)."""
    found: list[int] = []
    for year in YEAR.finditer(form):
        before = form[max(0, year.start() - 1) : year.start()]
        dotted = before == "." and form[max(0, year.start() - 2) : year.start() - 1].isdigit()
        if (before not in _NUMBER_BEFORE or dotted) and 1950 <= int(year[0]) < 2040:
            found.append(int(year[0]))
    return found


FIRM_NAME = re.compile(
    r"(?<![^\W_])(?:công ty|cty|ctcp|tập đoàn|ngân hàng|tnhh|doanh nghiệp|hợp tác xã|htx|nhà máy|(?<!thị )(?<!môi )(?<!công )(?<!hiện )trường|bệnh viện)"
    r"((?: [^\s,.;:()\n]+){1,6}) $"
)
"""A firm, school or hospital whose name a place may end: `Công ty CP Đồ hộp Hạ Long`."""
_FIRM_WORDS = (
    "công ty",
    "cty",
    "ctcp",
    "tập đoàn",
    "ngân hàng",
    "tnhh",
    "doanh nghiệp",
    "hợp tác xã",
    "htx",
    "nhà máy",
    "trường",
    "bệnh viện",
)
_LINKS = frozenset(
    {
        "ở",
        "tại",
        "trên",
        "thuộc",
        "của",
        "từ",
        "về",
        "đến",
        "và",
        "cho",
        "với",
        "do",
        "bị",
        "ra",
        "vào",
        "qua",
        "địa",
        "nối",
        "là",
        "đã",
    }
)


def is_firm_name(before: str) -> bool:
    """Whether the words before a place are a firm's name that the place ends, with nothing that links the two."""
    if not any(word in before for word in _FIRM_WORDS):
        return False
    found = FIRM_NAME.search(before)
    return bool(found) and not _LINKS & set(found[1].split())


PERSON_AFTER = re.compile(r"[ ]?[,(][ ]?(?:\d{1,2} tuổi|sn \d|sinh năm)")
"""An age or year of birth: the name was a person's."""
OLD_BODIES = (
    *(
        "bộ giao thông vận tải",
        "bộ gtvt",
        "bộ kế hoạch và đầu tư",
        "bộ kh&đt",
        "bộ thông tin và truyền thông",
        "bộ tt&tt",
    ),
    *(
        "bộ tài nguyên và môi trường",
        "bộ tn&mt",
        "bộ tn-mt",
        "bộ nông nghiệp và phát triển nông thôn",
        "bộ nn&ptnt",
        "bộ lao động",
    ),
    *(
        "bộ lđ",
        "tổng cục hải quan",
        "tổng cục thuế",
        "cục hải quan hải phòng",
        "cục hải quan tp",
        "cục hải quan thành phố",
    ),
)
"""Bodies of the state that ended by 1 March 2025."""
MARKED_OLD = re.compile(r"[ ]?\(?(?:cũ|trước đây|nay )")

_SIGNATURE = re.compile(r"\([^()\n]{2,40}, (?:\d+ tuổi, )?(?:ở )?$")
"""A reader's or buyer's name and place in brackets: `(Lan Anh, Hải Phòng)`."""
_ORIGINS = tuple(
    f"{word} "
    for word in (
        *(
            "quê",
            "quê quán",
            "quê ở",
            "quê tại",
            "quê gốc",
            "nguyên quán",
            "sinh ra ở",
            "người gốc",
            "thường trú",
            "thường trú tại",
        ),
        *("trú tại", "trú ở", "trú", "ngụ", "ngụ tại", "đến từ"),
    )
)
_BORN = re.compile(r"(?:sn \d{4}|\d{2} tuổi), (?:ở |tại |quê )?$")


def in_passing(before: str) -> bool:
    """Whether the words before a place make it a person's origin or a reader's signature: no place of the event."""
    if before.endswith(_ORIGINS):
        return True
    return ("(" in before and bool(_SIGNATURE.search(before))) or (before.endswith(", ") and bool(_BORN.search(before)))


_VOWELS = "aeiouy"
FOREIGN = re.compile(rf"[{_VOWELS}]+[^{_VOWELS}\W\d_]+[{_VOWELS}]|[fjwz]")
"""Two syllables in one word without diacritics, or a letter Vietnamese has not: a brand."""
DIRECTIONS = frozenset({"nam", "bắc", "đông", "tây"})
OPENERS = frozenset(
    {
        "tại",
        "ở",
        "theo",
        "từ",
        "trên",
        "qua",
        "về",
        "đến",
        "với",
        "khi",
        "sau",
        "trong",
        "ngoài",
        "riêng",
        "là",
        "cả",
        "còn",
        "nếu",
        "vì",
        "do",
        "ngày",
        "sáng",
        "chiều",
        "tối",
    }
)
"""Words that begin sentences and no names."""

FAMILY_NAMES = frozenset(
    [
        "nguyễn",
        "trần",
        "lê",
        "phạm",
        "hoàng",
        "huỳnh",
        "phan",
        "vũ",
        "võ",
        "đặng",
        "bùi",
        "đỗ",
        "hồ",
        "ngô",
        "dương",
        "lý",
        "đào",
        "đoàn",
        "vương",
        "trịnh",
        "trương",
        "lâm",
        "mai",
        "tô",
        "hà",
        "đinh",
        "tạ",
        "cao",
        "lương",
        "thái",
        "châu",
        "chu",
        "văn",
        "thị",
        "bá",
        "đình",
        "đức",
        "quang",
        "xuân",
        "minh",
        "ngọc",
        "thanh",
        "kim",
        "hữu",
        "công",
        "duy",
        "anh",
    ]
)
"""First and middle words of Vietnamese names, lower case."""

SURNAMES = frozenset(
    ["nguyễn", "trần", "lê", "phạm", "hoàng", "huỳnh", "phan", "vũ", "võ", "đặng", "bùi", "đỗ", "hồ", "ngô", "dương", "lý", "đào", "đoàn", "vương", "trịnh", "trương", "mai", "tô", "đinh", "tạ", "cao", "lương", "thái", "châu", "chu", "phùng", "tăng", "lưu", "vi", "trưởng", "khổng", "bạch"]
)
"""What may follow a unit's name when its chairman's name stands behind it."""
