"""What was asked of the stand-ins, and what it would have cost."""

from __future__ import annotations

from typing import Any

from tests.platforms.growth import DAY

X_POST_READ_DOLLARS = 0.005
X_USER_READ_DOLLARS = 0.010
X_COUNT_DOLLARS = 0.005


class Calls:
    """Counts requests by platform and path, and everything that a platform bills.

    X charges a resource once per UTC day, however often it is read. YouTube charges units.
    Facebook may count every id of an `ids=` call as a call of its own.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.requests: dict[str, dict[str, int]] = {}
        self.statuses: dict[str, dict[str, int]] = {}
        self.x_posts: set[tuple[str, int]] = set()
        self.x_users: set[tuple[str, int]] = set()
        self.x_counts = 0
        self.youtube_units: dict[str, dict[str, dict[str, int]]] = {}
        self.facebook_ids = 0
        self.tiktok_refreshes = 0

    def count(self, platform: str, path: str, status: int) -> None:
        by_path = self.requests.setdefault(platform, {})
        by_path[path] = by_path.get(path, 0) + 1
        by_status = self.statuses.setdefault(platform, {})
        by_status[str(status)] = by_status.get(str(status), 0) + 1

    def x_post(self, post_id: str, now: int) -> None:
        self.x_posts.add((post_id, now // DAY))

    def x_user(self, user_id: str, now: int) -> None:
        self.x_users.add((user_id, now // DAY))

    def youtube(self, key: str, bucket: str, day: str, spent: int) -> None:
        self.youtube_units.setdefault(key, {}).setdefault(bucket, {})[day] = spent

    def report(self) -> dict[str, Any]:
        dollars = (
            len(self.x_posts) * X_POST_READ_DOLLARS
            + len(self.x_users) * X_USER_READ_DOLLARS
            + self.x_counts * X_COUNT_DOLLARS
        )
        return {
            "requests": self.requests,
            "statuses": self.statuses,
            "total": sum(sum(paths.values()) for paths in self.requests.values()),
            "x": {
                "post_reads": len(self.x_posts),
                "user_reads": len(self.x_users),
                "counts": self.x_counts,
                "dollars": round(dollars, 3),
            },
            "youtube": {"units": self.youtube_units},
            "facebook": {"ids": self.facebook_ids},
            "tiktok": {"refreshes": self.tiktok_refreshes},
        }
