"""Which address a request comes from: believed as far as our own proxies wrote it, households as one."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from lublin2030.lib.addresses import client_address

CASES = [
    (0, None, "192.0.2.7", "192.0.2.7"),
    (0, "203.0.113.1", "192.0.2.7", "192.0.2.7"),  # without a proxy the header is only somebody's claim
    (1, "203.0.113.1", "127.0.0.1", "203.0.113.1"),
    (1, "6.6.6.6, 203.0.113.1", "127.0.0.1", "203.0.113.1"),
    (2, "6.6.6.6, 203.0.113.1, 10.0.0.1", "127.0.0.1", "203.0.113.1"),
    (1, None, "127.0.0.1", None),
    (2, "203.0.113.1", "127.0.0.1", None),
    (1, "unknown", "127.0.0.1", None),
    (0, None, "", None),
    (0, None, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    (0, None, "2001:db8:1:2::9", "2001:db8:1:2::/64"),
    (1, "[2001:db8:1:3::9]", "127.0.0.1", "2001:db8:1:3::/64"),
    (0, None, "::ffff:192.0.2.7", "192.0.2.7"),
]


@pytest.mark.parametrize(("proxies", "forwarded", "remote", "address"), CASES)
def test_the_address_behind_so_many_proxies(settings, proxies, forwarded, remote, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)
    assert client_address(request) == address
