"""What class names, ids and stock phrases of Vietnamese news sites say about an element. Facts only, no tree."""

from __future__ import annotations

import re
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|[^a-zA-Z]+")

BODY_NAMES = re.compile(
    r"(?i)article[-_]?(?:body|content|text|detail)|(?:body|content|text)[-_]?(?:article|detail|news)|detail[-_]?(?:content|body|text|ct|cmain)"
    r"|news[-_]?(?:content|body|detail|text)|fck_detail|main[-_]?content|maincontent|entry[-_]?content|post[-_]?content|story[-_]?body"
    r"|cms[-_]?body|singular[-_]content|noi[-_]?dung|noidung|abody|the-article-body|contentdetail|text-conent|exp_content|bai[-_]?viet"
)
SAPO_NAMES = re.compile(
    r"(?i)sapo|chapeau|(?:^|[\s_-])(?:lead|abs|abstract|summary|desc|description|intro|introtext|standfirst|trich|head-noidung)(?:$|[\s_-])"
    r"|article[-_]?(?:summary|lead|desc|intro)|(?:detail|news|post|content)[-_]?(?:summary|lead|desc|intro)|init_content|tom[-_]?tat|trich[-_]?yeu|head[-_]?noidung"
)
FRAME_NAMES = re.compile(
    r"(?i)(?:^|[\s_-])(?:footer|header|sidebar|side[-_]?bar|aside|navbar|menu)(?:$|[\s_-])|footer|copyright"
)
"""Class and id of what frames a page; the article never stands in it."""
TIME_NAMES = re.compile(r"(?i)date|time|publish|ngay|post(?:ed)?|created?|meta|author-info|cate?date")

_BOX_TOKENS = frozenset(
    {
        "related", "relate", "relatednews", "lienquan", "lq", "morenews", "readmore", "xemthem", "docthem", "share", "sharing",
        "social", "comment", "comments", "binhluan", "tag", "tags", "taglist", "keyword", "keywords", "breadcrumb", "breadcrumbs", "paging",
        "pagination", "banner", "banners", "ads", "adv", "advert", "advertisement", "quangcao", "qc", "newsletter", "subscribe",
        "rating", "vote", "poll", "emotion", "reaction", "suggest", "recommend", "recommended", "tinmoi", "tinkhac", "mostview", "toolbar", "print",
        "audio", "podcast", "tts", "survey", "fb", "zalo", "facebook", "follow", "sidebar", "popup", "modal", "navigation", "menu",
        "sponsor", "promo", "widget", "likeshare", "likebox", "nextprev", "seealso", "readalso", "trending", "topic", "timeline", "eventstream",
        "disqus", "privacy", "consent", "cookie", "cookies", "gdpr", "signup", "bio", "sns", "copyright", "toc", "mucluc",
    }
)  # fmt: skip
_BOX_PARTS = re.compile(
    r"(?i)relat|lien[-_]?quan|more[-_]?news|news[-_]?more|read[-_]?more|xem[-_]?them|doc[-_]?them|inner-article|box[-_]?tin|tin[-_]?(?:khac|moi|cung)"
    r"|event[-_]?stream|social|comment|binh[-_]?luan|quang[-_]?cao|advert|breadcrumb|newsletter|other[-_]?news|news[-_]?other|bottom-info"
    r"|box[-_]?(?:taboola|category|keyword)|same[-_]?(?:cate|category)|link[-_]?source"
)
_PERSON_TOKENS = frozenset(
    {
        "author", "authors", "tacgia", "byline", "source", "nguon", "credit", "signature", "penname", "writer", "reporter", "butdanh", "editor",
        "sourcenews", "copyright", "date", "time", "datetime", "timestamp", "publishdate", "pdate", "postdate", "postmeta", "meta", "dateline",
    }
)  # fmt: skip
_PERSON_PARTS = re.compile(
    r"(?i)author|tac[-_]?gia|byline|pen[-_]?name|but[-_]?danh|nguon(?:tin)?(?:$|[\s_-])|(?:^|[\s_-])source|sign(?:ature)?$"
)


@lru_cache(maxsize=8192)
def is_box(names: str) -> bool:
    """Class and id of a box that is no part of the article: related links, sharing, comments, tags, advertising."""
    return bool(_BOX_PARTS.search(names)) or not _BOX_TOKENS.isdisjoint(_tokens(names))


@lru_cache(maxsize=8192)
def is_person(names: str) -> bool:
    """Class and id of an element that names who wrote it or where it came from."""
    return bool(_PERSON_PARTS.search(names)) or not _PERSON_TOKENS.isdisjoint(_tokens(names))


def _tokens(names: str) -> frozenset[str]:
    return frozenset(token.lower() for token in _CAMEL.split(names) if token)


END_MARKS = re.compile(
    r"(?i)^\W*(?:(?:các\s+)?tin(?:\s+bài)?\s+(?:liên quan|cùng|khác|mới|nổi bật|đọc nhiều|tiếp theo)|bài(?:\s+viết)?\s+(?:liên quan|cùng|khác|mới)|bình luận|ý kiến(?:\s+của)?\s+(?:bạn đọc|độc giả)"
    r"|gửi (?:bình luận|ý kiến)|từ khóa|từ khoá|tags?\s*:|tags?$|chia sẻ(?:\s+bài|:|$)|đọc nhiều|cùng chuyên mục|các bài khác|mời (?:quý )?(?:bạn|độc giả) (?:đọc|xem|theo dõi)"
    r"|theo dõi .{0,40}trên google|tin (?:cũ|nóng)|related|comments?$|bạn quan tâm|có thể bạn|nên xem|đang được quan tâm|phản hồi$|viết bình luận|video(?:s)? (?:đang|liên quan|nổi bật))"
)
"""A short line after which nothing of the article comes."""

CALLS = re.compile(
    r"(?i)^\W*(?:(?:>>|»|►|▶|\*)\s*)?(?:xem thêm|đọc thêm|xem tiếp|đọc tiếp|mời (?:quý |các )?(?:vị |bạn |độc giả|bạn đọc|khán giả)|tìm hiểu thêm|xem ngay|nhấn vào đây|click|>> |tham khảo thêm"
    r"|xem (?:chi tiết|video|clip|ảnh)|theo dõi (?:chúng tôi|kênh|fanpage|trang)|bạn đọc (?:có thể )?(?:gửi|phản ánh)|mọi (?:ý kiến|thông tin|thắc mắc) .{0,60}(?:gửi|liên hệ)|đừng quên|đăng ký (?:kênh|nhận)"
    r"|(?:>>|»))"
)
"""A call to the reader, whole paragraph."""
