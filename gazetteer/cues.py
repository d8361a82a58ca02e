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
TYPE_BEFORE = re.compile(rf"(?<![^\W_])({_TYPE})(?:[ ]?|(?<=\.)\n)$")
"""The type word that ends right before a name."""
TYPE_HERE = re.compile(
    rf"[ ]?(?:\(|-|của|-? ?chi nhánh)?[ ]?(?:các |hai |ba )?({_TYPE})(?:(?<=\.)\n?|(?![^\W_]))(?:[ ]|: )?"
)
"""A type word right after a head."""
PLACE_JOINT = re.compile(r"[ ]?(?:\(|- ?|của |tại |, )?")
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
NEW_BEFORE = re.compile(r"(?:nay là|nay thuộc|đổi tên thành|thành lập)(?: [^\W_]+)?[ ]?$")

_STREET = "đường|phố|ngõ|ngách|hẻm|tuyến phố|tuyến đường|đại lộ|vườn hoa|quảng trường|ngã tư|ngã ba|ngã năm|nút giao|vòng xuyến|kiệt"
_BUILT = (
    "cầu|cầu vượt|hầm|chợ|chùa|đền|đình|miếu|phủ|nhà thờ|bến|bến phà|phà|bến xe|ga|ga tàu|cảng|cảng biển|cảng cạn|bến cảng|sân|"
    "sân vận động|svđ|nhà hát|cung|nhà thi đấu|công viên|khu công nghiệp|kcn|cụm công nghiệp|khu đô thị|kđt|khu chung cư|chung cư|dự án|"
    "tòa nhà|trung tâm thương mại|nghĩa trang|nhà máy|nhà máy nước|nhiệt điện|xi măng|thép|hồ|đập|kênh|mỏ|hải đăng|trạm|tượng|tượng đài|"
    "di tích|bãi|khách sạn|nhà hàng|resort|flamingo|vinhomes|cáp treo|vịnh|biển hiệu"
)
_WATER = "sông|núi|biển|cửa|cửa biển|đèo|suối|hang|động|bán đảo|mũi"
_SCHOOL = "(?<!môi )(?<!thị )(?<!công )(?<!hiện )trường|thpt|thcs|ptth|pt|tiểu học|mầm non|mẫu giáo|đại học|đh|cao đẳng|học viện|bệnh viện|bv|phòng khám|trung học phổ thông|trung học cơ sở|trường th"
_FIRM = "chi nhánh|phòng giao dịch|pgd|siêu thị|cửa hàng|quán|ban nhạc|công ty|cty|tnhh|cp|cổ phần|tập đoàn|doanh nghiệp|hãng|thương hiệu|ngân hàng|tổng công ty|hợp tác xã|htx|nhựa|đóng tàu|xăng dầu|bia|vận tải"
_CLUB = "clb|câu lạc bộ|đội bóng|đội|fc|xi măng|cđv|u\\d+"
_SHIP = "tàu|tàu ngầm|tàu hàng|tàu khách|tàu chiến|chiến hạm|tàu buýt|phà|sà lan"
_PERSON = "ảnh:|ảnh|clip:|video:|đồ họa:|tác giả|ông|bà|anh|chị|em|cô|chú|bác|vua|tướng|nữ tướng|danh tướng|ca sĩ|nghệ sĩ|diễn viên|người mẫu|nhà thơ|họa sĩ|đại tướng|thầy|cháu|bé|bị cáo"


def _before(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{words})(?: (?:số|mang tên|tên|mới))?[ ]?$")


CUES_BEFORE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("street", _before(_STREET)),
    ("built", _before(_BUILT)),
    ("water", _before(_WATER)),
    ("school", _before(_SCHOOL)),
    ("firm", _before(_FIRM)),
    ("club", _before(_CLUB)),
    ("ship", _before(_SHIP)),
    ("person", _before(_PERSON)),
)
"""Name of the cue -> what stands right before the name (before its type word there is none of these)."""

ROAD = re.compile(
    r"(?:cao tốc|tuyến|quốc lộ|đường sắt|khu gian|chuyến tàu|xe khách|tàu hỏa|đoàn tàu|hành lang|đường cao tốc|ql ?\d+[a-z]?)[^.;\n]{0,60}$"
)
"""A road or line whose ends are named: `cao tốc Hà Nội - Hải Phòng`."""
STREET_AFTER = re.compile(r"[ ]?(?:fc|club)(?![^\W_])")

SPORT = re.compile(
    r"hlv|huấn luyện viên|cầu thủ|đội bóng|bóng đá|vòng đấu|trận đấu|bàn thắng|hạng nhất|cup quốc gia|cúp quốc gia|lượt trận|"
    r"trọng tài|thủ môn|tiền đạo|tiền vệ|hậu vệ|ghi bàn|lượt đi|lượt về|trụ hạng|cđv|câu lạc bộ|\bclb\b|penalty|bảng xếp hạng|nã bàn"
)
"""Words of football: where they crowd, a city's name is a team."""

LEAGUE = re.compile(r"v\.?[- ]?league|giải vô địch quốc gia lpbank")
"""One of these is enough."""

DISTRICT_WORD = re.compile(r"(?<![^\W_])(?:quận|huyện|thị xã)(?![^\W_])(?! cũ)")
YEAR = re.compile(r"(?<![\d.,/-])(?:năm |/|-)?(19[5-9]\d|20[0-3]\d)(?![\d.,%])")
DATE_YEAR = re.compile(r"[/.-](20[0-3]\d)(?!\d)")

FIRM_NAME = re.compile(
    r"(?<![^\W_])(?:công ty|cty|ctcp|tập đoàn|ngân hàng|tnhh|doanh nghiệp|hợp tác xã|htx|nhà máy|trường|bệnh viện)"
    r"((?: [^\s,.;:()\n]+){1,6}) $"
)
"""A firm, school or hospital whose name a place may end: `Công ty CP Đồ hộp Hạ Long`."""
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
    found = FIRM_NAME.search(before)
    return bool(found) and not _LINKS & set(found[1].split())


PERSON_AFTER = re.compile(r"[ ]?[,(][ ]?(?:\d{1,2} tuổi|sn \d|sinh năm)")
"""An age or year of birth: the name was a person's."""
OLD_BODY = re.compile(
    r"bộ giao thông vận tải|bộ gtvt|bộ kế hoạch và đầu tư|bộ kh ?& ?đt|bộ thông tin và truyền thông|bộ tt ?& ?tt|bộ tài nguyên và môi trường|"
    r"bộ tn ?& ?mt|bộ nông nghiệp và phát triển nông thôn|bộ nn ?& ?ptnt|bộ lao động|bộ lđ|tổng cục hải quan|tổng cục thuế|cục hải quan (?:tp|thành phố|hải)"
)
"""Bodies of the state that ended by 1 March 2025."""
MARKED_OLD = re.compile(r"[ ]?\(?(?:cũ|trước đây|nay )")

SIGNATURE = re.compile(r"\([^()\n]{2,40}, (?:\d+ tuổi, )?(?:ở )?$")
"""A reader's or buyer's name and place in brackets: `(Lan Anh, Hải Phòng)`."""
ORIGIN = re.compile(
    r"(?:quê|quê quán|quê ở|quê gốc|sinh ra ở|người gốc|thường trú|trú tại|trú ở|trú|đến từ|sn \d{4},|\d+ tuổi, (?:ở|tại|quê))(?: tại| ở)? ?$"
)
"""Where a person comes from: no place of the event."""

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
