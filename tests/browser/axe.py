"""What axe finds on a page, less what others' markup breaks and nothing here can mend."""

from collections.abc import Mapping

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def serious(page: Page, theirs: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the elements with a critical or serious violation, by rule.

    `theirs` names for a rule how the element begins that breaks it and is not ours.
    """
    found = {}
    for violation in Axe().run(page).response["violations"]:
        rule = violation["id"]
        nodes = [node["html"][:200] for node in violation["nodes"]]
        ours = [html for html in nodes if rule not in theirs or not html.startswith(theirs[rule])]
        if violation["impact"] in ("critical", "serious") and ours:
            found[rule] = ours
    return found
