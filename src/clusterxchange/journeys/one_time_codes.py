"""The code that an authenticator shows (RFC 6238), for the accounts of a demonstration alone."""

import base64
import hashlib
import hmac
import struct

SECONDS = 30
DIGITS = 6


def code_at(secret: str, seconds: float) -> str:
    """Give the code of a secret, written in base 32, at a moment in seconds since 1970."""
    key = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(seconds) // SECONDS), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def seconds_left(seconds: float) -> int:
    """Say how long the code of a moment still holds."""
    return SECONDS - int(seconds) % SECONDS
