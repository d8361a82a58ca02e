"""Which outlets a night, a look around in the day and a topic ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.loader import Config
    from config.model import Outlet
    from crawler.guard import HostMap


def visited(config: Config, hosts: HostMap | None) -> list[Outlet]:
    """The outlets of a night: all active ones; under a hosts map only those with a mapped host."""
    active = [outlet for outlet in config.outlets.values() if outlet.active]
    if hosts is None:
        return active
    return [o for o in active if any(hosts.covers(url) for url in (*o.feeds, *o.sitemaps, *o.sections))]
