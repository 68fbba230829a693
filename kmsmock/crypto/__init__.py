"""Cryptography: bytes to bytes, and the only room that imports `cryptography`."""
