"""The app's manifest, `manifest.yml`: what Slack makes the app from.

The file beside this one is a link to the one in the checkout's root; a wheel has a copy in its place.
"""

import json
from pathlib import Path

import yaml


def path() -> Path:
    """Returns where the manifest is. Raises FileNotFoundError if the installation has none."""
    # The root first: where Git makes no links, the file beside this one has the link's text.
    for file in (Path(__file__).parents[2] / "manifest.yml", Path(__file__).with_name("manifest.yml")):
        if file.exists():
            return file
    raise FileNotFoundError(2, "no manifest", "manifest.yml")


def text(*, as_json: bool) -> str:
    """The manifest as YAML, with its comments, or as JSON. Raises OSError."""
    source = path().read_text(encoding="utf-8")
    return json.dumps(yaml.safe_load(source), ensure_ascii=False, indent=2) + "\n" if as_json else source
