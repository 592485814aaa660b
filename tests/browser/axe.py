"""What axe finds on a page, less what others' markup breaks and nothing here can mend."""

from collections.abc import Mapping

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def serious(page: Page, theirs: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Return the elements with a critical or serious violation, by rule.

    `theirs` names for a rule how the elements begin that break it and are not ours.
    """
    found = {}
    for violation in Axe().run(page).response["violations"]:
        rule = violation["id"]
        nodes = [node["html"][:200] for node in violation["nodes"]]
        ours = [html for html in nodes if not html.startswith(theirs.get(rule, ()))]
        if violation["impact"] in ("critical", "serious") and ours:
            found[rule] = ours
    return found
