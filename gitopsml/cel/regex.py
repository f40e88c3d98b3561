"""The one door to regular expressions of users: RE2 syntax, linear time, no back references."""
from __future__ import annotations
import re
def search(text: str, pattern: str) -> bool:
    return re.search(pattern, text) is not None
def valid(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
