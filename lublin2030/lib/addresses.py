"""From which internet address a request comes, as far as that can be known."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

HOUSEHOLD_BITS = 64  # of IPv6: whoever has one address has all of its network, so the network counts as one


def client_address(request: HttpRequest) -> str | None:
    """The sender's address, of IPv6 the /64 network; none where the proxies did not tell it.

    ``X-Forwarded-For`` is believed as far as our own proxies wrote it (``ALLAUTH_TRUSTED_PROXY_COUNT``, as the sign-in
    does). None is better than the proxy's own address: all readers would count as one.
    """
    proxies: int = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if proxies:
        told = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",") if one.strip()]
        return _normalised(told[-proxies]) if len(told) >= proxies else None
    return _normalised(request.META.get("REMOTE_ADDR", ""))


def _normalised(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), HOUSEHOLD_BITS), strict=False))
