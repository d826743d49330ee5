"""Finds `manifest.yml`: next to the packages in a checkout, in the environment's shared files when installed."""

import sys
from pathlib import Path


def path() -> Path:
    """Returns where the manifest is. Raises FileNotFoundError if the installation has none."""
    folders = (Path(__file__).parents[2], Path(sys.prefix) / "share" / "cleaned")
    for folder in folders:
        if (file := folder / "manifest.yml").exists():
            return file
    raise FileNotFoundError(2, "no manifest", "manifest.yml")
