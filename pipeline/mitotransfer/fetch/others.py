"""Sources beside PMC's Cloud Service: E-utilities' efetch, Europe PMC's full texts, the BioC API for PMC."""

from __future__ import annotations

import re

from mitotransfer.fetch.checks import whole_article
from mitotransfer.fetch.found import Fetched
from mitotransfer.fetch.http import Answer, FetchError, Http, PassingError

_UNKNOWN = re.compile(rb"""<error id=|<Reply Id=[^>]*error=|is not available""")
_BODY = re.compile(rb"<body[\s>]")
_MANUSCRIPT = re.compile(rb"""pub-id-type=["']manuscript["']""")


class Efetch:
    """E-utilities, db=pmc. NCBI asks every program for its name and a contact (`email`); `api_key` may be empty."""

    def __init__(self, http: Http, address: str, email: str, api_key: str) -> None:
        self.http, self.address = http, address.rstrip("/") + "/efetch.fcgi"
        self.refused: FetchError | None = None
        self.common = {"db": "pmc", "retmode": "xml", "tool": "mitotransfer", "email": email}
        if api_key:
            self.common["api_key"] = api_key

    def article(self, pmcid: str) -> Fetched:
        """The article, or its front matter where the publisher withholds the body. Raises FetchError."""

        def check(answer: Answer) -> bytes:
            if answer.status != 200 or (_UNKNOWN.search(answer.body[:2000]) and b"<article" not in answer.body):
                raise FetchError("not-found", f"{pmcid}: unknown to efetch")
            whole_article(answer.body, pmcid)
            return answer.body

        if self.refused:
            raise self.refused  # a key that is no good is not sent again and again
        try:
            data = self.http.get("ncbi", self.address, params=self.common | {"id": pmcid.removeprefix("PMC")}, check=check)
        except FetchError as error:
            self.refused = error if error.code == "key-refused" else None
            raise
        flags = ("manuscript",) if _MANUSCRIPT.search(data) else ()
        return Fetched("efetch", f"{pmcid}.xml", data, flags=flags, withheld=not _BODY.search(data))


class EuropePmc:
    """Full texts of Europe PMC; those it does not give answer with an empty page, as unknown ones do."""

    def __init__(self, http: Http, address: str) -> None:
        self.http, self.address = http, address.rstrip("/") + "/"

    def article(self, pmcid: str) -> Fetched:
        """The article. Raises FetchError."""

        def check(answer: Answer) -> bytes:
            if answer.status != 200:
                raise FetchError("not-found", f"{pmcid}: Europe PMC gives no full text of it")
            whole_article(answer.body, pmcid)
            return answer.body

        return Fetched("europepmc", f"{pmcid}.xml", self.http.get("europepmc", f"{self.address}{pmcid}/fullTextXML", check=check))


class BioC:
    """The BioC API for PMC; it answers unknown, closed and malformed ids alike, with status 200 and a line of text."""

    def __init__(self, http: Http, address: str) -> None:
        self.http, self.address = http, address.rstrip("/") + "/"

    def article(self, pmcid: str) -> Fetched:
        """The article as BioC JSON. Raises FetchError."""

        def check(answer: Answer) -> bytes:
            body = answer.body.strip()
            if answer.status != 200 or body.startswith(b"[Error]"):
                raise FetchError("not-found", f"{pmcid}: not in BioC")
            if body[:1] not in (b"[", b"{") or body[-1:] not in (b"]", b"}"):
                raise PassingError("truncated", f"{pmcid}: what came is no whole BioC document")
            return answer.body

        return Fetched("bioc", f"{pmcid}.json", self.http.get("ncbi", f"{self.address}BioC_json/{pmcid}/unicode", check=check))
