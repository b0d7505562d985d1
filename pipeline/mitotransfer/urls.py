"""Places elsewhere by URL (`s3://bucket/folder`), opened by fsspec, which is imported only for them; told without secrets."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from mitotransfer.errors import ConfigError

_URL = re.compile(r"[a-z][a-z0-9+.-]*://.+", re.IGNORECASE | re.DOTALL)
_LOGIN = re.compile(r"(?<=://)[^/?#]*@")  # up to the last "@" before the path: a password may hold one
_QUERY = re.compile(r"\?.*", re.DOTALL)  # signed addresses carry their signature there


def is_url(name: str) -> bool:
    """Whether this names something elsewhere."""
    return _URL.fullmatch(name) is not None


def name_of(url: str) -> str:
    """The name of the file."""
    return PurePosixPath(url).name


def shown(url: str) -> str:
    """A URL as it may be told: without login and query."""
    return _QUERY.sub("", _LOGIN.sub("", url))


def cause(error: Exception, url: str) -> str:
    """What an error on this URL says, in one line of at most 200 characters, without the URL's login and query."""
    text = getattr(error, "strerror", None) or str(error)
    login = "".join(_LOGIN.findall(url)).removesuffix("@")
    secrets = [url, login, login.partition(":")[2], "".join(_QUERY.findall(url))[1:]]
    for secret in filter(None, secrets):
        for form in (secret, unquote(secret)):
            text = text.replace(form, shown(url) if secret == url else "***")
    return " ".join(f"{type(error).__name__}: {text}".split())[:200]


def opened(url: str) -> tuple[Any, str]:
    """The file system of a URL and the path in it. Raises ConfigError when a library is missing or the URL is not understood."""
    try:
        import fsspec
    except ImportError as error:
        raise ConfigError(f"{shown(url)}: URLs need fsspec; install it with: pip install 'mitotransfer[cloud]'") from error
    try:
        system, path = fsspec.core.url_to_fs(url)
    except ImportError as error:  # of the library for this protocol; the message names it
        raise ConfigError(f"{shown(url)}: a library is missing for {url.partition(':')[0]}:// ({cause(error, url)})") from error
    except Exception as error:
        raise ConfigError(f"{shown(url)}: {cause(error, url)}") from error
    return system, str(path)
