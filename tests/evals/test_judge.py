from pathlib import Path

import pytest

from evals.judge import agreement, judge_run, verdict_of
from evals.run import ask_suite, describe, write_run
from evals.suite import load_suite
from rag.errors import ModelError
from rag.settings import Settings
from tests.evals import fake


@pytest.mark.parametrize(
    ("reply", "verdict"), [("ĐÚNG", True), ("sai.", False), ("Không rõ", None), ("ĐÚNG hay SAI?", None), ("", None)]
)
def test_only_a_clear_verdict_counts(reply: str, verdict: bool | None) -> None:
    assert verdict_of(reply) is verdict


def test_agreement_and_kappa_by_hand() -> None:
    scored = {"a": True, "b": True, "c": False, "d": False}
    found = agreement("m", "p", scored, {"a": True, "b": False, "c": False, "d": False})
    # agree 3 of 4; chance = .5 * .25 + .5 * .75 = .5; kappa = (.75 - .5) / .5
    assert (found.agreement, found.kappa, found.disagreed) == (0.75, 0.5, ("b",))


def test_what_is_no_verdict_is_counted_apart() -> None:
    found = agreement("m", "p", {"a": True, "b": True}, {"a": True, "b": None})
    assert (found.n, found.unjudged, found.agreement) == (1, 1, 1.0)


def run_folder(folder: Path) -> Path:
    suite = load_suite("seeds")
    assistant = fake.Oracle(suite.documents, suite.cases)
    settings = Settings(store=folder / "store", models=folder)
    write_run(folder, describe(suite, assistant, settings, baseline="", seed=0, command="test"))
    ask_suite(suite, assistant, folder)
    return folder


def test_a_model_judges_only_what_was_answered_and_cannot_be_steered_out_of_its_block(tmp_path: Path) -> None:
    from langchain_core.language_models import FakeListChatModel

    found = judge_run(run_folder(tmp_path), FakeListChatModel(responses=["ĐÚNG"]), "giả")
    assert (found.n, found.agreement) == (34, 1.0)
    assert (tmp_path / "judge.json").is_file()


def test_a_failing_model_is_an_expected_failure(tmp_path: Path) -> None:
    from langchain_core.language_models import FakeListChatModel

    class Failing(FakeListChatModel):
        def _call(self, *args: object, **kwargs: object) -> str:
            raise ConnectionError("mất mạng")

    with pytest.raises(ModelError, match="mất mạng"):
        judge_run(run_folder(tmp_path), Failing(responses=["ĐÚNG"]), "giả")
