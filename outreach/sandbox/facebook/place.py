"""Who exists in the local Facebook."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Place:
    """Who exists: one Page, one app with its secret, the Page's token, and what that token may do.

    `expires` is a unix time (0: never); `quota` is how many calls a day the Page is worth. Without `tasks` the person has no role
    on the Page; `other_pages` are the numbers of Pages that exist only in the person's list.
    """

    page: str = "100200300"
    page_name: str = "Sở Công Thương"
    app: str = "424242"
    app_name: str = "outreach"
    secret: str = field(default="s3cret", repr=False)
    token: str = field(default="PAGETOK", repr=False)
    user_token: str = field(default="USERTOK", repr=False)
    system_token: str = field(default="SYSTEMTOK", repr=False)
    tasks: tuple[str, ...] = ("CREATE_CONTENT", "MODERATE", "ANALYZE", "MANAGE")
    other_pages: tuple[str, ...] = ()
    version: str = "v26.0"
    require_proof: bool = True
    expires: int = 0
    quota: int = 4800
    scopes: tuple[str, ...] = (
        "pages_show_list",
        "pages_read_engagement",
        "pages_manage_posts",
        "pages_read_user_content",
        "pages_manage_engagement",
        "pages_manage_metadata",
    )
    pages: tuple[str, ...] = ("100200300",)
