"""Who may change the index and the texts: the bearer of the key, and never a page of another site.

Decides for one request. Does not store the key, and says nothing of what was sent.
"""

from __future__ import annotations

import hmac
import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from corpus.errors import SourcierError
from qa.config import Settings


class KeyRequired(SourcierError):
    """The service has a key, and the request does not carry it. Status 401, with WWW-Authenticate."""


class AnotherSite(SourcierError):
    """A browser sent the request for a page of another site. Status 403."""


_NO_KEY = "cette adresse demande la clé du service ; envoyez-la : « Authorization: Bearer CLÉ »"
_ELSEWHERE = (
    "un navigateur envoie cette requête depuis la page d'un autre site ; "
    "passez par la ligne de commande ou par la page du service"
)
_UNSURE_NAME = (
    "un navigateur envoie cette requête sous un nom de site qui pourrait appartenir à d'autres ; "
    "passez par localhost ou réglez SOURCIER_KEY"
)
# Declares the scheme to OpenAPI too. Ours are the errors: FastAPI's own are no problem documents.
bearer = HTTPBearer(auto_error=False, description="la clé SOURCIER_KEY, là où le service en a une")


async def authorised(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> None:
    """A dependency of each route that writes. Raises AnotherSite or KeyRequired."""
    settings: Settings | None = getattr(request.app.state, "settings", None)
    key = settings.key if settings else None
    if key is not None:
        sent = given.credentials.encode("latin-1") if given else b""  # the bytes as they came
        if not hmac.compare_digest(sent, key.get_secret_value().encode("utf-8")):
            raise KeyRequired(_NO_KEY)
    _refuse_other_sites(request, has_key=key is not None)


async def permitted(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> None:
    """The same for assistants and chats, which read. Raises AnotherSite only where there is no key.

    Desktop clients are browsers too, and say that they come from elsewhere: the key tells them apart.
    """
    try:
        await authorised(request, given)
    except AnotherSite:
        settings: Settings | None = getattr(request.app.state, "settings", None)
        if settings is None or settings.key is None:
            raise


def _refuse_other_sites(request: Request, has_key: bool) -> None:
    """Any page may send a form to a service on this machine; browsers say where it came from."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None and origin is None:
        return  # no browser
    host = request.headers.get("host", "")
    # "none": typed into the address bar. The origin of a sandboxed page is "null": it has no host.
    is_own = site in (None, "same-origin", "none") and origin in (None, f"http://{host}", f"https://{host}")
    if not is_own:
        raise AnotherSite(_ELSEWHERE)
    # A site may make its name lead to this machine, and is then its own origin (DNS rebinding).
    # It can do that with neither an address nor localhost; and it has no key.
    if not has_key and not _is_fixed(host):
        raise AnotherSite(_UNSURE_NAME)


def _is_fixed(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or bool(ipaddress.ip_address(name))
    except ValueError:
        return False
