"""What class names, ids and stock phrases of Vietnamese news sites say about an element. Facts only, no tree."""

from __future__ import annotations

import re
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|[^a-zA-Z]+")
_EDGE, _END = r"(?:^|[\s_-])", r"(?:$|[\s_-])"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BODY_NAMES = _any(
    r"article[-_]?(?:body|content|text|detail)",
    r"(?:body|content|text)[-_]?(?:article|detail|news)",
    r"detail[-_]?(?:content|body|text|ct|cmain)",
    r"news[-_]?(?:content|body|detail|text)",
    r"(?:entry|post|main|singular)[-_]?content",
    r"story[-_]?body|cms[-_]?body|fck_detail|noi[-_]?dung|abody|contentdetail|text-conent|exp_content|bai[-_]?viet",
)
"""Class and id of the element that holds a body."""

SAPO_NAMES = _any(
    r"sapo|sabo|chapeau|chapo|init_content|tom[-_]?tat|mo[-_]?ta|trich[-_]?(?:yeu|dan)|head[-_]?noidung|lbl_?(?:lead|summary|desc|mota)",
    rf"{_EDGE}(?:lead|abs|abstract|summary|sumary|desc|description|intro|introtext|standfirst|trich|head-noidung|excerpt|brief|teaser|dek|subhead|p?head|short[-_]?(?:text|content|desc)){_END}",
    r"(?:article|detail|news|post|content|main|dv)[-_]?(?:summary|sumary|abstract|lead|desc?(?:$|[\s_-])|desc|intro|teaser|brief)",
    r"(?:desc?|intro|brief|teaser)[-_]?(?:news|art(?:icle)?|detail)|chi-tiet-sub|sum[-_]?content|title[-_]italic",
)
"""Class and id of the lead."""

FRAME_NAMES = _any(rf"{_EDGE}(?:footer|header|sidebar|side[-_]?bar|aside|navbar|menu){_END}", "footer", "copyright")
"""Class and id of what frames a page; the article never stands in it."""

FOOT_NAMES = _any("footer", "copyright", "ban-?quyen")
"""Class and id of the imprint; `sidebar` and `header` also name what holds the article on some sites."""

TIME_NAMES = _any("date", "time", "publish", "ngay", "post(?:ed)?", "created?", "meta", "author-info")
"""Class and id of an element that shows when."""

_BOX_TOKENS = _words(
    """
    related relate relatednews lienquan lq morenews readmore xemthem docthem share sharing social comment
    comments binhluan tag tags taglist keyword keywords breadcrumb breadcrumbs paging pagination banner banners
    ads adv advert advertisement quangcao qc newsletter subscribe rating vote poll emotion reaction suggest
    recommend recommended tinmoi tinkhac mostview toolbar print audio podcast tts survey fb zalo facebook follow
    sidebar popup modal navigation menu sponsor promo widget likeshare likebox nextprev seealso readalso
    trending topic timeline eventstream disqus sns copyright toc mucluc privacy consent cookie cookies gdpr
    signup bio cmt feedback ykien phanhoi reply replies nhanxet thaoluan discuss discussion fbcomment sharefb
    admzone adspot adunit adslot inread taboola dable likebox boxlike tinkhac tinlienquan relationnews
    """
)
_BOX_PARTS = _any(
    r"relat|lien[-_]?quan|more[-_]?news|news[-_]?more|read[-_]?more|xem[-_]?them|doc[-_]?them|inner-article",
    r"box[-_]?tin|tin[-_]?(?:khac|moi|cung)|event[-_]?stream|social|comment|binh[-_]?luan|quang[-_]?cao|advert",
    r"breadcrumb|newsletter|other[-_]?news|news[-_]?other|bottom-info|box[-_]?(?:taboola|category|keyword)",
    r"same[-_]?(?:cate|category)|adm?[-_]?(?:zone|read|spot|unit|slot|native|placed)|\ba-rec\b|td-adspot|adsense|inpage|box[-_]?like"
    r"|mb_article_a\b|link[-_]?content[-_]?footer|relation|see[-_]?more|sub[-_]?bottom|hot[-_]?news|link[-_]?source|(?:list|box|item|block)[-_]?cm(?:t|$|[\s_-])|y[-_]kien|phan[-_]hoi|nhan[-_]xet|thao[-_]luan|(?:luot|so)[-_]?(?:xem|doc)",
)
_PERSON_TOKENS = _words(
    """
    author authors tacgia byline source nguon credit signature penname writer reporter butdanh editor sourcenews
    copyright date time datetime timestamp publishdate pdate postdate postmeta meta
    """
)
_PERSON_PARTS = _any(
    r"author|tac[-_]?gia|byline|pen[-_]?name|but[-_]?danh",
    rf"nguon(?:tin)?{_END}",
    rf"{_EDGE}source",
    "sign(?:ature)?$",
)


@lru_cache(maxsize=8192)
def is_box(names: str) -> bool:
    """Class and id of a box that is no part of the article: related links, sharing, comments, tags, advertising."""
    return bool(_BOX_PARTS.search(names)) or not _BOX_TOKENS.isdisjoint(_tokens(names))


@lru_cache(maxsize=8192)
def is_person(names: str) -> bool:
    """Class and id of a line that says who wrote it, where it came from, or when."""
    return bool(_PERSON_PARTS.search(names)) or not _PERSON_TOKENS.isdisjoint(_tokens(names))


def _tokens(names: str) -> frozenset[str]:
    return frozenset(token.lower() for token in _CAMEL.split(names) if token)


def _opening(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"^\W*(?:{'|'.join(phrases)})", re.IGNORECASE)


END_MARKS = _opening(
    r"(?:các\s+)?tin(?:\s+bài)?\s+(?:liên quan|cùng|khác|mới|đã (?:đưa|đăng)|nổi bật|đọc nhiều|tiếp theo|cũ|nóng)",
    r"(?:các\s+)?bài(?:\s+viết)?\s+(?:liên quan|cùng|khác|mới|đã (?:đưa|đăng))",
    r"bình luận|ý kiến(?:\s+của)?\s+(?:bạn đọc|độc giả)|gửi (?:bình luận|ý kiến)|viết bình luận|phản hồi$",
    r"từ kh[oó][aá]|tags?\s*:|tags?$|chia sẻ(?:\s+bài|:|$)|đọc nhiều|cùng chuyên mục",
    r"mời (?:quý )?(?:bạn|độc giả) (?:đọc|xem|theo dõi)|theo dõi .{0,40}trên google",
    r"related|comments?$|bạn quan tâm|có thể bạn|nên xem|đang được quan tâm|videos? (?:đang|liên quan|nổi bật)",
)
"""A short line after which nothing of the article comes."""

IMPRINT = re.compile(
    r"(?i)\W*(?:cơ quan chủ quản\s*:|(?:số )?giấy phép (?:số|hoạt động|xuất bản|thiết lập|báo)|số giấy phép\s*:"
    r"|(?:phó )?tổng biên tập\s*:|chịu trách nhiệm (?:nội dung|xuất bản)|©|copyright|bản quyền (?:thuộc|©)"
    r"|(?:chỉ được )?phát hành lại thông tin|(?:vui lòng )?ghi rõ nguồn|all rights reserved|tòa soạn\s*:|trụ sở\s*:)"
)
"""How the lines of an imprint begin."""

CALLS = _opening(
    r">>|»",
    r"(?:(?:►|▶|\*)\s*)?(?:xem thêm|đọc thêm|xem tiếp|đọc tiếp|xem ngay|đọc ngay|tìm hiểu thêm|tham khảo thêm)",
    r"mời (?:quý |các )?(?:vị |bạn |độc giả|bạn đọc|khán giả)|nhấn vào đây|click (?:here|vào)|đừng quên (?:đăng|theo)",
    r"bạn đang (?:đọc|xem) (?:bài|tin|nội dung)|(?:xem|nguồn|link|đường dẫn) bài (?:viết )?gốc",
    r"link (?:bài )?gốc|lấy link",
    r"hãy là người đầu tiên|đừng bỏ lỡ|plugin bình luận|tổng số điểm của bài viết",
    r"xem (?:chi tiết|video|clip) (?:tại|ở|dưới)|theo dõi (?:chúng tôi|kênh|fanpage|trang)|đăng ký (?:kênh|nhận tin)",
    r"bạn đọc (?:có thể )?(?:gửi|phản ánh) .{0,60}(?:về|tới|qua)",
)
"""A call to the reader, whole paragraph."""

NOISE = re.compile(
    r"(?i)\W*(?:quảng cáo|advertisements?|ads?|(?:đang tải|loading)(?: dữ liệu)?|nghe (?:đọc bài|audio)|chia sẻ"
    r"|(?:aa?\s*)+|print"
    r"|in (?:bài|trang)(?: này| viết)?|gửi (?:email|mail)|tweet|share|like|google \+?|facebook|zalo|cỡ chữ"
    r"|bản (?:in|để in)|lưu bài(?: viết)?|về (?:đầu|trước) trang|quay lại|trở (?:về|lại)|copy link|sao chép liên kết"
    r"|copyright.{0,80}"
    r"|(?:bạn )?(?:cần|phải|vui lòng|hãy) đăng nhập .{0,80}|video player is loading.{0,20}"
    r"|your browser does not support .{0,60})\W*"
)
"""A line of the page's tools, whole."""

COMMENT_MARKS = re.compile(
    r"(?i)\W*(?:(?:các )?ý kiến(?: của)?(?: bạn đọc| độc giả| bạn)?|bình luận|phản hồi|comments?|thảo luận"
    r"|ý kiến phản hồi)\W*(?:\d+\W*)?(?:ý kiến|bình luận)?\W*"
)
"""A whole line after which readers speak."""
