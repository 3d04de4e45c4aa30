"""Every address the chat server answers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.routing import URLSpec
from tornado.web import url

from chatserver.web import api, demo_shop, portal, sign_in
from chatserver.web.feed_socket import FeedSocket
from chatserver.web.staff_socket import StaffSocket
from chatserver.web.static_files import PublicFile
from chatserver.web.visitor_socket import VisitorSocket

if TYPE_CHECKING:
    from chatserver.web.site import Site


def routes(site: Site) -> list[URLSpec]:
    """Addresses and their handlers. What is not listed is answered with 404."""
    shared: dict[str, Any] = {"site": site}
    return [
        url(r"/ws/visitor", VisitorSocket, shared),
        url(r"/ws/agent", StaffSocket, shared),
        url(r"/ws/feed", FeedSocket, shared),
        url(r"/api/v1/command", api.Command, shared),
        url(r"/api/v1/articles", api.Articles, shared),
        url(r"/api/v1/console-token", sign_in.ConsoleToken, shared),
        url(r"/api/v1/session", sign_in.SessionCheck, shared),
        url(r"/healthz", api.Health, shared),
        url(r"/login", sign_in.SignIn, shared),
        url(r"/logout", sign_in.SignOut, shared),
        url(r"/setup", sign_in.SetUp, shared),
        url(r"/(widget\.js|chat\.js)", PublicFile, {"path": str(site.static)}),
        url(r"/static/(.*)", PublicFile, {"path": str(site.static)}),
        *portal.routes(site),
        *(demo_shop.routes(site) if site.settings.sample else []),
    ]
