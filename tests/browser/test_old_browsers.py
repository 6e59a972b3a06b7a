"""What somebody sees who comes with a browser that is too old: a readable message, not a white page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fake_assistant import FakeAssistant

from tests.browser.visit import served

CHECK = Path(__file__).resolve().parents[2] / "rag" / "serve" / "static" / "old.js"
WINDOWS = "Mozilla/5.0 (Windows NT 6.1; Win64; x64)"
CHROME = f"{WINDOWS} AppleWebKit/537.36 (KHTML, like Gecko) Chrome"
AGENTS = [
    (f"{CHROME}/80.0.3987.149 Safari/537.36", "(Chrome 80)"),
    (f"{CHROME}/108.0.0.0 Safari/537.36", "(Chrome 108)"),
    (f"{CHROME}/109.0.0.0 Safari/537.36", None),
    (f"{CHROME}/141.0.0.0 Safari/537.36", None),
    (f"{CHROME}/108.0.0.0 Safari/537.36 Edg/108.0.1462.54", "(Edge 108)"),
    (f"{CHROME}/109.0.0.0 Safari/537.36 Edg/109.0.1518.140", None),
    (f"{CHROME}/64.0.3282.140 Safari/537.36 Edge/18.17763", "(Edge 18)"),
    (f"{CHROME}/114.0.0.0 Safari/537.36 coc_coc_browser/120.0", None),
    ("Mozilla/5.0 (Windows NT 6.1; rv:102.0) Gecko/20100101 Firefox/102.0", "(Firefox 102)"),
    ("Mozilla/5.0 (Windows NT 6.1; rv:109.0) Gecko/20100101 Firefox/115.0", None),
    ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", "(Internet Explorer)"),
]


def test_the_check_is_written_in_the_javascript_of_2009() -> None:
    """Nothing that ES5 does not know, once strings, patterns and comments are taken out."""
    code = re.sub(r'"(?:\\.|[^"\\])*"|//[^\n]*|/(?:\\.|[^/\\\n])+/(?=\.)', '""', CHECK.read_text(encoding="utf-8"))
    newer = r"=>|`|\.\.\.|\?\.|\?\?|\*\*|\b(?:let|const|class|async|await|of|import|export|yield)\b|catch\s*\{|,\s*\)"
    assert "var " in code
    assert re.findall(newer, code) == []
    assert not re.search(
        r"\.(?:includes|startsWith|closest|append|remove|forEach|dataset|classList|matchAll|at)\b", code
    )


@pytest.mark.browser
@pytest.mark.parametrize(("agent", "named"), AGENTS, ids=[named or agent[-40:] for agent, named in AGENTS])
def test_browsers_are_told_by_their_names_and_versions(browser: Any, agent: str, named: str | None) -> None:
    context = browser.new_context(user_agent=agent)
    page = context.new_page()
    page.set_content('<div id="boot"><p id="browser">Quá cũ</p></div>')
    page.add_script_tag(content=CHECK.read_text(encoding="utf-8"))
    assert page.evaluate("document.getElementById('boot').className") == ("old" if named else "")
    assert page.text_content("#browser") == (f"Quá cũ {named}" if named else "Quá cũ")
    context.close()


@pytest.mark.browser
@pytest.mark.long
def test_an_old_browser_gets_its_message_at_once_where_nothing_else_runs(
    browser: Any, assistant: FakeAssistant
) -> None:
    with served(assistant) as address:
        context = browser.new_context(user_agent=AGENTS[0][0])
        page = context.new_page()
        page.route("**/assets/*.js", lambda route: route.abort())  # as where modules are not understood
        page.goto(address)
        assert page.is_visible("#browser")
        assert page.inner_text("#browser") == "Trình duyệt này quá cũ (Chrome 80)"
        assert "Chrome hoặc Edge từ bản 109, Firefox từ bản 115" in page.inner_text("#boot .needs")
        assert page.is_visible("#boot .needs")
        assert page.is_hidden("#boot .opening")
        context.close()


@pytest.mark.browser
@pytest.mark.long
def test_the_message_makes_way_where_the_page_opens_after_all(browser: Any, assistant: FakeAssistant) -> None:
    with served(assistant) as address:
        context = browser.new_context(user_agent=AGENTS[1][0])
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector(".welcome")
        assert page.is_hidden("#boot")
        context.close()
