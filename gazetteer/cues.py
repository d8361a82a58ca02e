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
TYPE_BEFORE = re.compile(rf"(?<![^\W_])({_TYPE})[ ]?$")
"""The type word that ends right before a name."""
TYPE_HERE = re.compile(rf"[ ]?(?:\(|-|của|-? ?chi nhánh)?[ ]?({_TYPE})(?![^\W_])[ ]?")
"""A type word right after a head."""
PLACE_JOINT = re.compile(r"[ ]?(?:\(|- ?|của |tại |, )?")
"""What may stand between a head and the name of its place."""

CHAIN = re.compile(rf"[ ]?(?:\)?[ ]?[,(]|-|thuộc|của|ở|tại)[ ]?(?:thuộc |nay thuộc |nay là )?(?:({_TYPE})[ ]?)?")
"""What leads from a unit to the greater one it lies in: `xã X, huyện Y (Z)`."""
LIST = re.compile(
    r"(?: \((?:cũ|mới)\)| cũ)?(?:[ ]?[,;/][ ]?(?:và )?| và | hay | hoặc | cùng | với |[ ]?-[ ]?)(?:các )?$"
)
"""All that may stand between two members of a list that share one type word."""

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
_SCHOOL = "trường|thpt|thcs|ptth|pt|tiểu học|mầm non|mẫu giáo|đại học|đh|cao đẳng|học viện|bệnh viện|bv|phòng khám|trung học phổ thông|trung học cơ sở|trường th"
_FIRM = "công ty|cty|tnhh|cp|cổ phần|tập đoàn|doanh nghiệp|hãng|thương hiệu|ngân hàng|tổng công ty|hợp tác xã|htx|nhựa|đóng tàu|xăng dầu|bia|vận tải"
_CLUB = "clb|câu lạc bộ|đội bóng|đội|fc|xi măng|cđv|u\\d+"
_SHIP = "tàu|tàu ngầm|tàu hàng|tàu khách|tàu chiến|chiến hạm|tàu buýt|phà|sà lan"
_PERSON = "ông|bà|anh|chị|em|cô|chú|bác|vua|tướng|nữ tướng|danh tướng|ca sĩ|nghệ sĩ|diễn viên|người mẫu|nhà thơ|họa sĩ|đại tướng|thầy|cháu|bé|bị cáo"


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
    r"(?:cao tốc|tuyến|quốc lộ|đường sắt|đường bay|khu gian|chuyến tàu|xe khách|tàu hỏa|đoàn tàu|hành lang|đường cao tốc|ql ?\d+[a-z]?)[^.;\n]{0,30}$"
)
"""A road or line whose ends are named: `cao tốc Hà Nội - Hải Phòng`."""
STREET_AFTER = re.compile(r"[ ]?(?:fc|club)(?![^\W_])")

SPORT = re.compile(
    r"v\.?-?league|hlv|huấn luyện viên|cầu thủ|đội bóng|bóng đá|vòng đấu|trận đấu|bàn thắng|hạng nhất|cup quốc gia|cúp quốc gia|lượt trận|"
    r"trọng tài|thủ môn|tiền đạo|tiền vệ|hậu vệ|ghi bàn|lượt đi|lượt về|trụ hạng|cđv|câu lạc bộ|\bclb\b|penalty|bảng xếp hạng|v-league|nã bàn"
)
"""Words of football: where they crowd, a city's name is a team."""

DISTRICT_WORD = re.compile(r"(?<![^\W_])(?:quận|huyện|thị xã)(?![^\W_])(?! cũ)")
YEAR = re.compile(r"(?<![\d.,/-])(?:năm |/|-)?(19[5-9]\d|20[0-3]\d)(?![\d.,%])")
DATE_YEAR = re.compile(r"[/.-](20[0-3]\d)(?!\d)")

FAMILY_NAMES = frozenset(
    ["nguyễn", "trần", "lê", "phạm", "hoàng", "huỳnh", "phan", "vũ", "võ", "đặng", "bùi", "đỗ", "hồ", "ngô", "dương", "lý", "đào", "đoàn", "vương", "trịnh", "trương", "lâm", "mai", "tô", "hà", "đinh", "tạ", "cao", "lương", "thái", "châu", "chu", "văn", "thị", "bá", "đình", "đức", "quang", "xuân", "minh", "ngọc", "thanh", "kim", "hữu", "công", "duy", "anh"]
)
"""First and middle words of Vietnamese names, lower case."""
