"""From passages to an answer: read or generate, verify, cite, or abstain; and follow-up questions before all that."""

from __future__ import annotations
