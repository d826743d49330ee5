"""Who may use the page: the browser that opened its address, which has a token. Others on this computer may not.

The token becomes a cookie, so that it leaves the address bar; a program may go on sending it as `?token=`.
"""

import secrets

from aiohttp import web
from aiohttp.typedefs import Handler

from handlers.standins.server import HOST
from handlers.words import language_for, words

# Another site must not frame the page: its clicks would be this person's.
HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class PageAccess:
    """Guards the handlers of the page with a token of its own."""

    def __init__(self) -> None:
        self._token = secrets.token_urlsafe(24)

    def address(self, url: str) -> str:
        """The URL of the page, with the token."""
        return f"{url}/?token={self._token}"

    def guarded(self, handler: Handler) -> Handler:
        async def serve(request: web.Request) -> web.StreamResponse:
            cookie = f"workspace-{request.url.port}"  # browsers send a cookie to all ports of a host
            if self._is_right(request.query.get("token", "")):
                return await self._with_cookie(handler, request, cookie)
            if self._is_right(request.cookies.get(cookie, "")):
                return await handler(request)
            language = language_for(request.headers.get("Accept-Language", "")[:2])
            raise web.HTTPForbidden(text=words(language)("demo-token-missing"))

        return serve

    async def _with_cookie(self, handler: Handler, request: web.Request, cookie: str) -> web.StreamResponse:
        if not request.path.endswith("/"):  # not a workspace's page
            return await handler(request)
        without = request.rel_url.without_query_params("token")
        response = web.Response(status=303, headers={"Location": str(without)})
        response.set_cookie(cookie, self._token, httponly=True, samesite="Lax", path="/")
        return response

    def _is_right(self, token: str) -> bool:
        return secrets.compare_digest(token.encode("utf-8", "replace"), self._token.encode())


@web.middleware
async def same_origin_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses requests of other origins, and other host names that resolve to 127.0.0.1 (DNS rebinding)."""
    port = request.get_extra_info("sockname", (HOST, 0))[1]
    names = {HOST, "localhost"}
    hosts = {f"{name}:{port}" for name in names}
    origins = {f"http://{host}" for host in hosts} | (
        {f"http://{name}" for name in names} if port == 80 else set()
    )
    # The Slack SDK's Socket Mode client leaves the port out; a browser does for port 80 only.
    is_own_host = request.headers.getall("Host", []) in [[host] for host in hosts | names]
    if not is_own_host or not {*request.headers.getall("Origin", [])} <= origins:
        raise web.HTTPForbidden(text="This page may not use the local workspace.")
    return await handler(request)


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Adds HEADERS to a response that doesn't set them; to be called by the signal `on_response_prepare`."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
