"""Input that is no question to the documents: greetings, thanks, questions about the assistant, nothing at all."""

from __future__ import annotations

import re

from rag.lang import say
from rag.text.unicode import fold

_POLITE = r"(?: (?:ban|em|anh|chi|bot|tro ly|ad|ca nha|moi nguoi|nhe|nha|a|oi|nhieu|rat nhieu|lam))*"
_GREETING = re.compile(rf"(?:xin |em |kinh )?(?:chao|hello|hi|alo|hey)(?: buoi (?:sang|chieu|toi))?{_POLITE}")
_THANKS = re.compile(rf"(?:xin )?(?:cam on|cam ta|thanks?|thank you|ok|oke|okay|tot lam|hay qua){_POLITE}")
_GOODBYE = re.compile(rf"(?:tam biet|bye|goodbye|hen gap lai){_POLITE}")
_ABOUT = re.compile(
    r"(?:ban|may|em|tro ly|he thong|chatbot|bot)(?: nay)? (?:la ai|la gi|ten gi|ten la gi|(?:co the )?(?:lam|giup)"
    r" (?:duoc )?(?:gi|nhung gi).*|hoat dong (?:nhu )?the nao|biet (?:lam )?(?:gi|nhung gi))"
    r"|(?:huong dan|cach) (?:su dung|dung|hoi)(?: tro ly| he thong)?|tro giup|help|giup toi(?: voi)?"
)


def small_talk(question: str) -> str | None:
    """A fitting short reply, or ``None`` when the input is a question to the documents.

    >>> small_talk("Xin chào!") is not None, small_talk("Ai chủ trì hội nghị?")
    (True, None)
    """
    plain = " ".join(re.findall(r"\w+", fold(question)))
    if not plain:
        return say(
            "Xin nhập câu hỏi, ví dụ: “Kết quả năm 2020 là gì?”.",
            "Please type a question, for example “Kết quả năm 2020 là gì?”.",
        )
    for pattern, reply in ((_GREETING, _hello), (_THANKS, _welcome), (_GOODBYE, _farewell), (_ABOUT, _about)):
        if pattern.fullmatch(plain):
            return reply()
    return None


def _hello() -> str:
    return say(
        "Xin chào. Tôi trả lời câu hỏi về các tài liệu đã nạp và dẫn nguồn từng câu. Mời đặt câu hỏi.",
        "Hello. I answer questions about the indexed documents and cite each sentence. Please ask.",
    )


def _welcome() -> str:
    return say("Rất vui được giúp. Mời đặt câu hỏi tiếp theo.", "Glad to help. Please ask your next question.")


def _farewell() -> str:
    return say("Tạm biệt, hẹn gặp lại.", "Goodbye.")


def _about() -> str:
    return say(
        "Tôi là trợ lý hỏi đáp trên tài liệu. Tôi tìm đoạn văn liên quan, trả lời bằng câu chữ của tài liệu kèm nguồn "
        "[n], và nói rõ khi tài liệu không nêu. Có thể gõ không dấu.",
        "I answer questions about the indexed documents. I find the passages, answer in their words with their source "
        "[n], and say so when the documents do not tell. Tone marks may be left out.",
    ).replace("[n]", say("được đánh số", "numbered"))
