"""Identifies browsers by a secret cookie, and derives an identity and a friendly name from it."""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response

from bot.adapters.web.surface import WEB
from bot.domain.people import Identity, Person
from bot.ports.clock import Ids

COOKIE = "easel_visitor"

_COOKIE_LIFE = timedelta(days=365)
_COOKIE_SHAPE = re.compile(r"[A-Za-z0-9_-]{44}")

_COLOURS_IN_WORDS = (
    "Amber Apricot Azure Cobalt Copper Coral Crimson Ebony Emerald Fern Ginger Golden Heather Hazel Indigo Ivory "
    "Jade Lilac Linen Maroon Mint Moss Ochre Olive Pearl Plum Rose Ruby Saffron Sepia Silver Umber"
)
_BIRDS_IN_WORDS = (
    "Bittern Bunting Curlew Dipper Dunlin Egret Falcon Finch Gannet Godwit Grebe Harrier Heron Hoopoe Ibis Jackdaw "
    "Kestrel Lapwing Linnet Magpie Martin Merlin Osprey Owl Petrel Pipit Plover Puffin Robin Siskin Swift Wren"
)
_COLOURS = _COLOURS_IN_WORDS.split()
_BIRDS = _BIRDS_IN_WORDS.split()


NAME = re.compile(rf"(?<!\w)@?(?P<colour>{'|'.join(_COLOURS)})\s+(?P<bird>{'|'.join(_BIRDS)})(?!\w)", re.IGNORECASE)
"""A visitor's name as people type it."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person behind a browser, and the cookie that proves it. The cookie is a secret and never logged."""

    person: Person
    cookie: str
    is_new: bool

    @property
    def tag(self) -> str:
        """Return what tells visitors of one browser apart there; neither their cookie nor their user can be found from it."""
        return hashlib.sha256(f"tag:{self.person.identity.user}".encode()).hexdigest()[:16]


class Visitors:
    """Recognises browsers. A visitor is never a moderator."""

    def __init__(self, ids: Ids, *, is_secure: bool) -> None:
        self._ids = ids
        self._is_secure = is_secure

    def identify(self, request: Request) -> Visitor:
        """Return the sender of the request; a browser without a valid cookie is a new visitor."""
        cookie = request.cookies.get(COOKIE, "")
        is_known = _COOKIE_SHAPE.fullmatch(cookie) is not None
        # Two ids, because a secret that stands for a person should have 256 random bits.
        secret = cookie if is_known else self._ids.new() + self._ids.new()
        user = hashlib.sha256(secret.encode()).hexdigest()[:32]
        return Visitor(Person(Identity(WEB, "", user), visitor_name(user)), secret, is_new=not is_known)

    def remember(self, visitor: Visitor, response: Response) -> None:
        """Have the browser keep the cookie; each visit makes it last a year from then."""
        response.set_cookie(
            COOKIE,
            visitor.cookie,
            max_age=round(_COOKIE_LIFE.total_seconds()),
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="lax",
        )


def visitor_name(user: str) -> str:
    """Return the same friendly name for the same user, such as `Amber Heron`; empty for nobody."""
    if not user:
        return ""
    number = int.from_bytes(hashlib.sha256(user.encode()).digest()[:4])
    return f"{_COLOURS[number % len(_COLOURS)]} {_BIRDS[number // len(_COLOURS) % len(_BIRDS)]}"
