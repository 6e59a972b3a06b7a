"""Verdicts on answers, and the state of the service."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request

from rag import __version__
from rag.lang import say
from rag.serve.api.models import FeedbackGiven, FeedbackRow, StatusRow, both
from rag.serve.api.services import Services, refusals
from rag.serve.guard import Refusal
from rag.serve.identity import access_of, identity_of


def other_routes(services: Services) -> APIRouter:
    """The remaining routes."""
    router = APIRouter()

    @router.post(
        "/feedback",
        response_model=FeedbackRow,
        tags=["ask"],
        summary=both("Nhận xét một câu trả lời đã nhận", "Judge an answer that you were given"),
        responses=refusals(404, 413, 503),
    )
    def feedback(request: Request, given: FeedbackGiven) -> FeedbackRow:
        answer = services.answers.of(given.answer_id, identity_of(request))
        if answer is None:
            raise Refusal(404, say("Không còn câu trả lời này.", "This answer is no longer known."))
        text = json.dumps(answer.to_dict(), ensure_ascii=False)
        number = services.assistant.store.add_feedback(
            answer.question, text, given.verdict, given.reason, given.comment
        )
        return FeedbackRow(id=number)

    @router.get(
        "/status",
        response_model=StatusRow,
        tags=["status"],
        summary=both("Trạng thái dịch vụ", "State of the service"),
        responses=refusals(),
    )
    def status(request: Request) -> StatusRow:
        identity, assistant = identity_of(request), services.assistant
        return StatusRow(
            version=__version__,
            documents=assistant.count_documents(access_of(request)),
            index_version=assistant.index_version,
            method="llm" if services.settings.llm else "extractive",
            max_question=services.settings.max_question,
            user=identity.display or identity.user,
            role=identity.role,
            scopes=sorted(identity.scopes),
        )

    return router
