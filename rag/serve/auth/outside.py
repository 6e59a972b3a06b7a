"""People who signed in elsewhere (proxy, OpenID Connect): their role comes from groups, or from our own list."""

from __future__ import annotations

from rag.serve.auth.people import Person
from rag.serve.auth.signed_in import Desk
from rag.serve.identity import ROLE_SCOPES, Role


def person_from_outside(desk: Desk, name: str, display: str, groups: frozenset[str]) -> Person:
    """Somebody with the highest role that a group or our own list gives, and the groups of both.

    :param groups: As the other sign-in names them.
    """
    roles: list[Role] = ["reader"]
    if groups & _listed(desk.settings.editor_groups):
        roles.append("editor")
    if groups & _listed(desk.settings.admin_groups):
        roles.append("administrator")
    own = desk.people.find(name)
    if own:
        roles.append(own.person.role)
        groups |= own.person.groups
    order = list(ROLE_SCOPES)
    return Person(name, display or (own.person.display if own else ""), max(roles, key=order.index), groups)


def _listed(setting: str) -> frozenset[str]:
    return frozenset(name.strip() for name in setting.split(",") if name.strip())
