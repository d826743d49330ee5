"""Types that both stand-ins use."""

from typing import Any

Json = dict[str, Any]
