"""``RAG_AUTH=proxy``: a proxy in front has signed people in and names them in a header.

The header counts only on connections from the addresses of ``RAG_TRUSTED_PROXIES`` and only beside the shared secret;
from anywhere else it is as if it had not been sent.
"""

from __future__ import annotations

import hmac

from starlette.requests import HTTPConnection

from rag.errors import RagError, SettingError
from rag.lang import say
from rag.serve.addresses import is_trusted_proxy, proxy_networks
from rag.serve.auth.outside import person_from_outside
from rag.serve.auth.people import check_name, usable_groups
from rag.serve.auth.signed_in import Desk
from rag.serve.identity import Identity
from rag.settings import Settings

SECRET_HEADER = "x-proxy-secret"  # noqa: S105 - the name of a header
SHORTEST_SECRET = 32


class ProxyWay:
    """Believes the proxy.

    :raises SettingError: If the proxies are not named, are everybody, or share no secret.
    """

    sign_in = ""

    def __init__(self, settings: Settings) -> None:
        self.desk = Desk(settings)
        self._proxies = proxy_networks(settings)
        self._secret = settings.proxy_secret.encode()
        self._user_header, self._groups_header = settings.proxy_user_header, settings.proxy_groups_header
        if not self._proxies or any(network.prefixlen == 0 for network in self._proxies):
            raise SettingError(
                say("RAG_AUTH=proxy cần RAG_TRUSTED_PROXIES: địa chỉ cụ thể của máy proxy, không phải mọi địa chỉ.",
                    "RAG_AUTH=proxy needs RAG_TRUSTED_PROXIES: the proxies' own addresses, not all addresses.")
            )  # fmt: skip
        if len(self._secret) < SHORTEST_SECRET:
            raise SettingError(
                say(f"RAG_AUTH=proxy cần RAG_PROXY_SECRET (hoặc …_FILE) từ {SHORTEST_SECRET} ký tự; proxy "
                    "gửi nó trong tiêu đề X-Proxy-Secret.",
                    f"RAG_AUTH=proxy needs RAG_PROXY_SECRET (or …_FILE) of {SHORTEST_SECRET} characters; "
                    "the proxy sends it in the header X-Proxy-Secret.")
            )  # fmt: skip

    def identify(self, request: HTTPConnection) -> Identity | None:
        """Whom the proxy names; ``None`` when it is no proxy of ours, knows no secret, or names nobody usable."""
        secrets, users = request.headers.getlist(SECRET_HEADER), request.headers.getlist(self._user_header)
        if len(secrets) != 1 or len(users) != 1 or not is_trusted_proxy(request.scope, self._proxies):
            return None
        if not hmac.compare_digest(secrets[0].encode(), self._secret):
            return None
        name = users[0].strip().lower()
        try:
            check_name(name)
        except RagError:
            return None
        groups = usable_groups(",".join(request.headers.getlist(self._groups_header)).split(","))
        person = person_from_outside(self.desk, name, "", groups)
        return self.desk.rights.identity(person, "proxy")
