"""The application as a whole: its pages name no other host, and health tells the truth."""

from __future__ import annotations

import re

import pytest
from fake_assistant import FakeAssistant
from starlette.testclient import TestClient

from rag.errors import StoreError
from rag.lang import use_language
from rag.serve.shell import shell_page


def test_the_start_page_is_vietnamese_and_ours(client: TestClient) -> None:
    html = client.get("/").text
    assert '<html lang="vi">' in html
    assert "<title>Hỏi đáp tài liệu</title>" in html
    assert "og:image" not in html
    assert "manifest" not in html


def test_the_start_page_loads_nothing_from_another_host(client: TestClient) -> None:
    html = re.sub(r"<script nonce.*?</script>", "", client.get("/").text, flags=re.DOTALL)
    assert not re.search(r"https?:|//[a-z]", html)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert loaded
    for path in loaded:
        if path != "/":
            assert client.get("/" + path.lstrip("./")).status_code == 200, path


def test_every_inline_script_carries_the_nonce_of_its_response(client: TestClient) -> None:
    first, second = client.get("/"), client.get("/")
    nonces = set(re.findall(r'<script nonce="([^"]+)"', first.text))
    assert len(nonces) == 1
    assert f"'nonce-{nonces.pop()}'" in first.headers["content-security-policy"]
    assert not re.search(r"<script>", first.text)
    assert first.headers["content-security-policy"] != second.headers["content-security-policy"]


def test_gradio_is_told_to_keep_quiet(client: TestClient) -> None:
    html = client.get("/").text
    for switched_off in ('"analytics_enabled":false', '"show_error":false', '"run_history":false', '"pwa":false',
                         '"footer_links":[]', '"mcp_server":false', '"api_visibility":"private"'):  # fmt: skip
        assert switched_off in html
    assert '"api_visibility":"public"' not in html
    assert '"stylesheets":[]' in html


def test_the_theme_asks_nobody_for_fonts(client: TestClient) -> None:
    css = client.get("/theme.css").text
    assert "@import" not in css
    assert set(re.findall(r"url\(.{6}", css)) <= {'url("data:'}


def test_another_build_of_gradio_is_noticed() -> None:
    with pytest.raises(ValueError, match="not built as expected"):
        shell_page("<html><script>other()</script></html>", "n")


def test_health_and_readiness(client: TestClient, shared_assistant: FakeAssistant) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "documents": 1, "index_version": "fake-1"}


def test_a_store_that_cannot_be_read_is_not_ready(
    client: TestClient, shared_assistant: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: FakeAssistant) -> int:
        raise StoreError("Kho bị hỏng.")

    monkeypatch.setattr(FakeAssistant, "n_documents", property(broken))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "reason": "Kho bị hỏng."}


def test_pages_speak_english_where_asked(client: TestClient) -> None:
    use_language("en")
    try:
        assert "Document not found" in client.get("/documents/nope").text
        assert '<html lang="en">' in client.get("/").text
    finally:
        use_language("vi")
