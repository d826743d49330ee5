"""How well mistyped domains are corrected, by kind of error: `python -m tests.tools.suggestion_figures`.

`--real FILE` also counts how many of a list of real domains are taken for errors (one a line), `--typos FILE` how many
of a list of real errors are corrected (`typed meant` a line). Last, the time for a hundred thousand different domains.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bot.corrections.suggestions.domains import COMMON, LESS_COMMON, REAL, WORLDWIDE
from bot.corrections.suggestions.suggestions import Suggester
from tests.bot.corrections.suggestions import slips

KNOWN = {*COMMON, *LESS_COMMON, *REAL, *WORLDWIDE}
GROUPS = {"60 commonest": COMMON[:60], "other common": COMMON[60:], "less common": LESS_COMMON}
KINDS: dict[str, Callable[[str], Iterable[tuple[str, str]]]] = {
    "one error": lambda domain: (slip for slip in slips.slips(domain) if slip[0] not in slips.ANY_LETTER),
    "any letter": lambda domain: (slip for slip in slips.slips(domain) if slip[0] in slips.ANY_LETTER),
    "glued and stray": slips.glued,
    "name and ending": slips.twice,
}
DOMAINS = 100_000


def main() -> None:
    arguments = _arguments()
    suggester = Suggester({})
    print(f"{'kind':<40}{'errors':>9}{'recall':>10}{'precision':>12}")
    for group, domains in GROUPS.items():
        for name, kind in KINDS.items():
            counts = _counted(suggester, ((*slip, domain) for domain in domains for slip in kind(domain)))
            _show(f"{group}, {name}", sum(counts.values(), Counter()))
            for each in sorted(counts):
                _show(f"  {each}", counts[each])
    if arguments.typos:
        pairs = [line.split() for line in arguments.typos.read_text().splitlines()]
        [counted] = _counted(suggester, (("list", typed, meant) for typed, meant in pairs)).values()
        _show(str(arguments.typos), counted)
    if arguments.real:
        real = arguments.real.read_text().split()
        taken = [domain for domain in real if suggester.suggest(f"ada@{domain}")]
        print(f"{len(taken)} of {len(real):,} real domains taken for errors: {' '.join(taken)}")
    print(f"{_seconds():.2f} s for {DOMAINS:,} different domains")


def _counted(suggester: Suggester, errors: Iterable[tuple[str, str, str]]) -> dict[str, Counter[str]]:
    """Returns counts of "errors", "suggested" and "right" by kind; takes (kind, typed, meant)."""
    counts: dict[str, Counter[str]] = {}
    for kind, typed, meant in dict.fromkeys(errors):
        if typed not in KNOWN:
            found = suggester.suggest(f"jo.roy@{typed}")
            right = found is not None and found.address == f"jo.roy@{meant}"
            counts.setdefault(kind, Counter()).update(errors=1, suggested=found is not None, right=right)
    return counts


def _show(kind: str, counts: Counter[str]) -> None:
    if counts["errors"]:
        recall, precision = counts["right"] / counts["errors"], counts["right"] / max(counts["suggested"], 1)
        print(f"{kind:<40}{counts['errors']:>9,}{recall:>10.2%}{precision:>12.3%}")


def _seconds() -> float:
    suggester = Suggester({})
    names = [f"{a}{b}-{n}.{ending}" for n, (a, b, ending) in enumerate(_parts())][:DOMAINS]
    start = time.process_time()
    for name in names:
        suggester.is_likely_typo(name)
    return time.process_time() - start


def _parts() -> Iterator[tuple[str, str, str]]:
    words = [domain.partition(".")[0] for domain in LESS_COMMON]
    return ((a, b, ending) for a in words for b in words for ending in ("com", "fr"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--typos", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
