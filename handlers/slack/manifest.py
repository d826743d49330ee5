"""Where `manifest.yml` is: beside the packages in a checkout, in the environment's shared files when installed."""

import sys
from pathlib import Path


def path() -> Path:
    """Raises FileNotFoundError where it was installed without."""
    places = (Path(__file__).parents[2], Path(sys.prefix) / "share" / "cleaned")
    for place in places:
        if (found := place / "manifest.yml").exists():
            return found
    raise FileNotFoundError(2, "no manifest", "manifest.yml")
