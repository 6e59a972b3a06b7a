"""The administrator's pages: documents, how a search came about, feedback, the state of the index, the settings.

Plain pages of the server with a little script of our own, under the strict policy: no Gradio, nothing inline.
"""

from __future__ import annotations

from rag.serve.admin.routes import add_admin

__all__ = ["add_admin"]
