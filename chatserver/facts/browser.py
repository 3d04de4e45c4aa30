"""Browser and operating system, from the User-Agent header (R23).

Families only: browsers freeze the versions they state (Windows 11 says 10, every Android says "10; K").
"""

from functools import cache, lru_cache

from ua_parser import Domain
from ua_parser.loaders import load_builtins
from ua_parser.regex import Resolver

MAX_USER_AGENT_CHARS = 512  # real ones stay under 300; the regular expressions need not run over more
_UNKNOWN = "Other"


def browser_and_os(user_agent: str) -> tuple[str, str]:
    """('Firefox', 'Windows'); '' for each that is unknown. Bots give their own name as the browser."""
    return _families(user_agent[:MAX_USER_AGENT_CHARS])  # cut first: the cache keeps what it is asked


@lru_cache(maxsize=2048)
def _families(user_agent: str) -> tuple[str, str]:
    text = user_agent.encode("utf-8", "replace").decode()
    found = _resolver()(text, Domain.USER_AGENT | Domain.OS)
    browser = found.user_agent.family if found.user_agent else ""
    system = found.os.family if found.os else ""
    return _known(browser), _known(system)


@cache
def _resolver() -> Resolver:
    """The compiled table of expressions. It never changes, takes 0.2 s to build, and most tests do not need it."""
    return Resolver(load_builtins())


def _known(family: str) -> str:
    return "" if family == _UNKNOWN else family
