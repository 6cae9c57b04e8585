"""The key with which a worker's cards are encrypted on a tablet: derived, never stored."""

from __future__ import annotations

import hmac

from django.conf import settings

BYTES = 32


def derived_key(user_pk: int, salt: bytes) -> bytes:
    """256 bits by HKDF-SHA256 (RFC 5869) of the portal's secret key, one salt, and whose key it is."""
    secret = settings.SECRET_KEY.encode("utf-8")
    extracted = hmac.digest(salt, secret, "sha256")
    # One block of SHA-256 is exactly the key: HKDF's expansion stops after its first step.
    return hmac.digest(extracted, f"lublin2030 field cards {user_pk}".encode() + b"\x01", "sha256")
