"""Print a table of the pages of every variant: python -m tests.pages --table [WORDS OF A VARIANT ...]"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from tests.pages.checker import fill, longest_line, smallest
from tests.pages.limits import LIMITS
from tests.pages.variants import Variant, findings_of, variants


def rows(variant: Variant, details: bool) -> list[str]:
    pages, findings = findings_of(variant)
    limits = LIMITS[variant.print_options.print_size]
    lines = [str(finding) for finding in findings if not finding.page]
    for number, page in enumerate(pages, 1):
        own = [finding for finding in findings if finding.page == number]
        counts = Counter(finding.rule.name for finding in own)
        numbers = f"{number:4} {fill(page, limits):5.0%} {smallest(page):5.1f} {longest_line(page):4}"
        summary = ", ".join(f"{name} {count}" for name, count in counts.items())
        lines.append(f"{numbers}  {summary}".rstrip())
        lines += [f"        {finding.rule.name}: {finding.what}" for finding in own if details]
    return lines


def say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.pages", description=__doc__)
    parser.add_argument("--table", action="store_true", help="one line for each page (the default)")
    parser.add_argument("--details", action="store_true", help="every finding, not only their number")
    parser.add_argument("words", nargs="*", help="only variants whose names have all of these words")
    options = parser.parse_args()
    say("page  fill  size line  findings")
    for variant in variants():
        if all(word in str(variant).split() for word in options.words):
            say(str(variant), *rows(variant, options.details))
    return 0


if __name__ == "__main__":
    sys.exit(main())
