"""Small made-up articles in the form of JATS, the same for the same seed."""

from __future__ import annotations

from random import Random
from xml.sax.saxutils import escape

WITHHELD = "The publisher of this article does not allow downloading of the full text in XML form."
_DOCTYPE = (
    '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange DTD v1.4 20241031//EN" '
    '"JATS-archivearticle1-4.dtd">'
)
_WHO = ("Stromal cells", "Bone marrow cells", "Astrocytes", "Macrophages", "Platelets", "Cardiomyocytes")
_DID = ("donated", "passed", "released", "handed over")
_WHAT = ("mitochondria", "polarised mitochondria", "labelled mitochondria", "vesicles with mitochondria")
_TO = ("to injured neurons", "to epithelial cells", "to leukaemic cells", "to ischaemic tissue", "to endothelial cells")
_HOW = ("through nanotubes", "in culture", "within 24 hours", "after injury", "by gap junctions")
_EFFECT = ("and ATP rose", "and survival improved", "while oxidative stress fell", "without change of respiration")


def sentences(seed: int | str, count: int = 6) -> str:
    """That many sentences about mitochondria between cells."""
    random = Random(str(seed))
    return " ".join(" ".join(random.choice(part) for part in (_WHO, _DID, _WHAT, _TO, _HOW, _EFFECT)) + "." for _ in range(count))


def jats(
    pmcid: str,
    pmid: str | int = "",
    doi: str = "",
    title: str = "",
    body: str | None = None,
    *,
    version: int = 1,
    mid: str = "",
    seed: int | str = "",
    count: int = 6,
    licence: str = "CC BY",
    kind: str = "research-article",
    ocr: bool = False,
) -> bytes:
    """An article as the bucket has it: a line end, a DOCTYPE with a relative address, no XML declaration.

    `body` is XML inside `<body>`; without one there are `count` sentences, the same for the same `seed` (the id when empty),
    and an empty one gives an article without body. `ocr` puts the text where scanned articles have it.
    """
    seed = seed or f"{pmcid}.{version}"
    text = sentences(seed, count)
    if ocr:
        text = f'<preformat preformat-type="pmc-ocr-text">{escape(text)}</preformat>'
    elif body is None:
        text = f'<sec id="s1"><title>Results</title><p>{escape(text)}</p></sec>'
    else:
        text = body
    full = f"<body>{text}</body>" if text else ""
    front = _front(pmcid, pmid, doi, title or f"Mitochondria between cells: {pmcid}", version, mid, licence)
    back = "<back><ref-list><title>References</title></ref-list></back>"
    names = 'xmlns:xlink="http://www.w3.org/1999/xlink" dtd-version="1.4" xml:lang="en"'
    return f'\n{_DOCTYPE}\n<article {names} article-type="{kind}">{front}{full}{back}</article>\n'.encode()


def _front(pmcid: str, pmid: str | int, doi: str, title: str, version: int, mid: str, licence: str) -> str:
    number = pmcid.removeprefix("PMC")
    ids = {"pmcid": pmcid, "pmcid-ver": f"{pmcid}.{version}", "pmcaid": number, "pmid": pmid, "doi": doi, "manuscript-id": mid}
    named = [(kind, escape(str(ident))) for kind, ident in ids.items() if ident]
    listed = "".join(f'<article-id pub-id-type="{kind}">{ident}</article-id>' for kind, ident in named)
    return (
        "<front><journal-meta><journal-title-group><journal-title>Made-up Journal</journal-title></journal-title-group>"
        f"</journal-meta><article-meta>{listed}<title-group><article-title>{escape(title)}</article-title></title-group>"
        "<contrib-group><contrib><name><surname>Doe</surname><given-names>J</given-names></name></contrib></contrib-group>"
        "<pub-date><year>2026</year></pub-date>"
        f'<permissions><license license-type="{escape(licence)}"><license-p>{escape(licence)}</license-p></license></permissions>'
        f"<abstract><p>{escape(sentences(number, 1))}</p></abstract></article-meta></front>"
    )


def element(xml: bytes) -> str:
    """The `<article>` element alone, as it stands in an article set."""
    text = xml.decode()
    return text[text.index("<article ") :].strip()


def without_body(xml: bytes) -> str:
    """The `<article>` element of an article whose text is withheld: its front and a comment that says why."""
    text = element(xml)
    start, end = text.index("<article "), text.index("</front>") + len("</front>")
    opening = text.index(">", start) + 1
    return f"{text[:opening]}<!--{WITHHELD}-->{text[opening:end]}</article>"
