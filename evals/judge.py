"""An optional language model as a second opinion on answered questions; reported beside the scores, never a gate.

What it says is compared with the deterministic outcome; a reply that is neither verdict counts as "could not judge".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.facts import without_markers
from evals.run import read_samples
from evals.samples import case_from_row
from evals.score import read_scores
from rag.errors import ModelError
from rag.lang import say

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_VERDICT = re.compile(r"\b(ĐÚNG|SAI)\b")


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a judge and the deterministic scores agree on answered questions.

    :param kappa: Cohen's kappa: 1 = always, 0 = as often as chance.
    :param unjudged: Replies that were no verdict; left out of the other figures.
    :param disagreed: Ids of the questions to look at.
    """

    model: str
    prompt: str
    n: int
    agreement: float
    kappa: float
    unjudged: int
    disagreed: tuple[str, ...]


def judge_run(folder: Path, model: BaseChatModel, name: str) -> Agreement:
    """Judge the answered questions of a run and write ``judge.json`` into its folder.

    :param name: The model, as it is to be reported.
    :raises ModelError: If the model cannot be asked.
    """
    from rag.answer.prompts import load_prompt

    outcomes = {sample.id: sample.outcome for sample in read_scores(folder).samples if sample.answerable}
    verdicts: dict[str, bool | None] = {}
    for row in read_samples(folder):
        if outcomes.get(row["id"]) in ("right", "wrong") and row["answer"]:
            verdicts[row["id"]] = _ask(model, row)
    found = agreement(name, load_prompt("judge").digest, {k: v == "right" for k, v in outcomes.items()}, verdicts)
    (folder / "judge.json").write_text(json.dumps(asdict(found), ensure_ascii=False, indent=2), encoding="utf-8")
    return found


def agreement(model: str, prompt: str, scored: Mapping[str, bool], judged: Mapping[str, bool | None]) -> Agreement:
    """Compare the judge's verdicts with the scores of the same questions."""
    pairs = {id_: (scored[id_], verdict) for id_, verdict in judged.items() if verdict is not None}
    disagreed = tuple(id_ for id_, (a, b) in pairs.items() if a != b)
    share = 1 - len(disagreed) / len(pairs) if pairs else 0.0
    return Agreement(model, prompt, len(pairs), share, _kappa([*pairs.values()], share),
                     len(judged) - len(pairs), disagreed)  # fmt: skip


def verdict_of(reply: str) -> bool | None:
    """The verdict of a reply, ``None`` where it names none or both.

    >>> verdict_of("ĐÚNG."), verdict_of("SAI"), verdict_of("Tôi không rõ")
    (True, False, None)
    """
    found = set(_VERDICT.findall(reply.upper()))
    return None if len(found) != 1 else found == {"ĐÚNG"}


def _kappa(pairs: Sequence[tuple[bool, bool | None]], share: float) -> float:
    if not pairs:
        return 0.0
    a, b = (sum(bool(pair[i]) for pair in pairs) / len(pairs) for i in (0, 1))
    chance = a * b + (1 - a) * (1 - b)
    return 1.0 if chance == 1 else (share - chance) / (1 - chance)


def _ask(model: BaseChatModel, row: Mapping[str, Any]) -> bool | None:
    from langchain_core.messages import HumanMessage, SystemMessage

    from rag.answer.prompts import load_prompt

    case, answer, prompt = case_from_row(row["case"]), row["answer"], load_prompt("judge")
    expected = "\n".join(" / ".join(fact) for fact in case.answers)
    said = f"{answer['short_answer']}\n{without_markers(answer['text'])}"
    user = prompt.user.format(question=_neutral(case.question), expected=_neutral(expected), answer=_neutral(said))
    try:
        reply = model.invoke([SystemMessage(prompt.system), HumanMessage(user)])
    except Exception as error:  # providers raise their own types; all mean "the model failed"
        raise ModelError(say(f"Mô hình chấm không trả lời: {error}.", f"The judge did not answer: {error}.")) from error
    return verdict_of(str(reply.content))


def _neutral(text: str) -> str:
    """Text from outside cannot close its own block."""
    return text.replace("<<<", "‹‹‹").replace(">>>", "›››")
