"""axe-core over a page: nothing serious may stand in the way of a person with a screen reader or weak eyes."""

from __future__ import annotations

from typing import Any

GRAVE = ("serious", "critical")


def assert_accessible(page: Any) -> None:
    """No serious violation, and some rules were really run."""
    from axe_playwright_python.sync_playwright import Axe

    results = Axe().run(page).response
    found = [
        f"{one['id']} ({one['impact']}): {node['target']} {node.get('failureSummary', '')[:200]}"
        for one in results["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"][:3]
    ]
    assert len(results["passes"]) > 10
    assert found == []
