"""Who reads what: in answers, hits, viewer, old versions, suggestions; for every role."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
from starlette.requests import HTTPConnection

from rag.errors import RagError
from rag.serve.identity import Identification, Identity
from rag.types import Access
from tests.serve.world import FORM, SignIn, World

MAY_READ = {
    "an": {"cong-khai"},
    "binh": {"cong-khai", "noi-bo"},
    "chi": {"cong-khai", "noi-bo"},
    "dung": {"cong-khai", "noi-bo", "mat"},
}
QUESTIONS = {
    "cong-khai": "Khởi công bao nhiêu công trình nước sạch?",
    "noi-bo": "Ai làm trưởng phòng Tổ chức?",
    "mat": "Công ty Mỏ Sắt nợ bao nhiêu tiền thuế?",
}


def access(world: World, name: str) -> Access:
    user = world.desk.people.find(name)
    assert user
    return world.desk.rights.identity(user.person, "session").access


@pytest.mark.parametrize("name", MAY_READ)
@pytest.mark.parametrize("collection", QUESTIONS)
def test_answers_rest_only_on_what_may_be_read(world: World, name: str, collection: str) -> None:
    answer = world.assistant.ask(QUESTIONS[collection], access=access(world, name))
    seen = {h.document.collection for h in answer.hits} | {i.collection for h in answer.hits for i in h.also}
    assert seen <= MAY_READ[name]
    cited = {c.document_id for c in (*answer.citations, *answer.nearest)}
    assert cited <= {world.document(c).id for c in MAY_READ[name]}
    assert (collection in seen) is (collection in MAY_READ[name])


@pytest.mark.parametrize("name", MAY_READ)
@pytest.mark.parametrize("collection", QUESTIONS)
def test_the_viewer_shows_only_what_may_be_read(world: World, sign_in: SignIn, name: str, collection: str) -> None:
    info = world.document(collection)
    with world.client() as client:
        sign_in(client, name)
        pages = [client.get(f"/documents/{info.id}"), client.get(f"/documents/{info.id}/{info.version}")]
        unknown = [client.get("/documents/khong-co"), client.get("/documents/khong-co/v")]
    if collection in MAY_READ[name]:
        assert [page.status_code for page in pages] == [307, 200]
    else:
        assert [(p.status_code, p.text) for p in pages] == [(p.status_code, p.text) for p in unknown]


def test_old_versions_follow_the_same_rule(world: World, sign_in: SignIn) -> None:
    from rag.index.ingest import ingest
    from tests.conftest import LetterEncoder

    old = world.document("noi-bo")
    row = {"id": "noi-bo", "title": "Tin mới", "text": "Nội dung đã thay hoàn toàn, không còn tên ai."}
    # The same file again, so that it is the same document.
    path = world.settings.store.parent / "noi-bo.jsonl"
    before = path.read_text("utf-8")
    path.write_text(json.dumps(row, ensure_ascii=False), "utf-8")
    ingest([path], world.settings, collection="noi-bo", encoder=LetterEncoder())
    assert world.assistant.document(old.id, old.version)
    for name, status in (("an", 404), ("binh", 200)):
        with world.client() as client:
            sign_in(client, name)
            page = client.get(f"/documents/{old.id}/{old.version}")
            assert page.status_code == status
            assert ("Lò Thị Ngân" in page.text) is (status == 200)
    path.write_text(before, "utf-8")
    ingest([path], world.settings, collection="noi-bo", encoder=LetterEncoder())


def test_a_rule_counts_from_the_next_question_on(world: World) -> None:
    assert "noi-bo" not in (access(world, "an").collections or ())
    world.desk.people.set_groups("an", ["to-chuc"])
    assert "noi-bo" in (access(world, "an").collections or ())
    world.desk.rights.set_readers("noi-bo", ["khac"])
    assert "noi-bo" not in (access(world, "an").collections or ())
    world.desk.rights.set_readers("noi-bo", ["*"])
    assert "noi-bo" in (access(world, "an").collections or ())
    world.desk.rights.set_readers("noi-bo", [])
    assert "noi-bo" in (access(world, "an").collections or ())
    world.desk.rights.open_others(False)
    assert access(world, "an").collections == ()
    assert access(world, "dung").collections is None


def test_visitors_without_a_name_read_only_what_names_them(world: World) -> None:
    rights = world.desk.rights
    assert rights.readable(frozenset(), is_anonymous=True) == ()
    assert rights.readable(frozenset({"to-chuc", "*", "thanh-tra"}), is_anonymous=True) == ()
    rights.set_readers("cong-khai", ["anonymous"])
    assert rights.readable(frozenset(), is_anonymous=True) == ("cong-khai",)
    assert "cong-khai" in rights.readable(frozenset())


@pytest.mark.parametrize("group", ["", " ", "a,b", "a\nb", "x" * 101, " a"])
def test_unusable_groups_are_refused(world: World, group: str) -> None:
    with pytest.raises(RagError):
        world.desk.rights.set_readers("mat", [group])
    with pytest.raises(RagError):
        world.desk.people.set_groups("an", [group])


def test_the_chat_asks_with_the_rights_of_the_session(world: World, sign_in: SignIn) -> None:
    """Gradio's own endpoints: the same question through the queue, by two people."""
    seen = {}
    for name in ("an", "dung"):
        with world.client() as client:
            sign_in(client, name)
            seen[name] = _ask_through_gradio(client, QUESTIONS["mat"])
    assert "900 triệu" in seen["dung"]
    assert "900 triệu" not in seen["an"]
    assert "Khuổi Dày" not in seen["an"]


def _ask_through_gradio(client: Any, question: str) -> str:
    """Everything that the page would be sent for a question."""
    config = json.loads(client.get("/").text.split("window.gradio_config = ")[1].split(";</script>")[0])
    made = {one["api_name"]: one for one in config["dependencies"]}
    numbers = {name: one["id"] for name, one in made.items()}
    kinds = {one["id"]: one["type"] for one in config["components"]}
    rest = ["" if kinds[number] == "textbox" else None for number in made["begin"]["inputs"][1:]]
    session = secrets.token_hex(5)
    begin = {"data": [question, *rest], "fn_index": numbers["begin"], "session_hash": session}
    client.post("/gradio_api/run/predict", json=begin, headers=FORM)
    answer = {"data": [None] * len(made["answer"]["inputs"]), "fn_index": numbers["answer"], "session_hash": session}
    assert client.post("/gradio_api/queue/join", json=answer, headers=FORM).status_code == 200
    lines = client.get("/gradio_api/queue/data", params={"session_hash": session}).text.splitlines()
    return " ".join(str(json.loads(line[5:])) for line in lines if line.startswith("data:"))


def test_nobody_gets_anything_without_signing_in(world: World) -> None:
    who = Identification(world.settings)
    scope = {"type": "http", "method": "GET", "headers": [], "path": "/", "query_string": b""}
    assert who.identify(HTTPConnection(scope)) is None


def test_roles_give_rights(world: World) -> None:
    def scopes(name: str) -> frozenset[str]:
        user = world.desk.people.find(name)
        assert user
        identity: Identity = world.desk.rights.identity(user.person, "session")
        return identity.scopes

    assert scopes("an") == {"ask", "read"}
    assert scopes("chi") == {"ask", "read", "write"}
    assert "admin" in scopes("dung")
    world.desk.people.set_role("dung", "reader")
    assert "admin" not in scopes("dung")
