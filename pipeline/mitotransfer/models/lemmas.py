"""How words are inflected: learnt from a corpus for the pipeline's lemmatizer, and read backwards before any text is analysed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from mitotransfer.models.components import Lemmatizer, edited, endings

_INFLECTED = frozenset({"NNS", "NNPS", "VBD", "VBG", "VBN", "VBZ", "JJR", "JJS", "RBR", "RBS"})
_INFLECTIONS = ("s", "ed", "ing")
_CLASS = "#"  # CRAFT's lemmas for numbers, ordinals and addresses: "#crd#"
_OFTEN = 3  # words that an ending must have to tell anything
_AGAIN = 2  # of which an edit must suit
_SHORT = 2  # letters of words that are too easily what is left of another
_KINDS = {"NN": "noun", "VB": "verb", "JJ": "adj", "RB": "adv"}  # parts of speech in lists of irregular forms
_Table = dict[tuple[str, str], str]
_ENDS = {"VBG": "ing", "VBZ": "s", "JJR": "r", "JJS": "t", "RBR": "r", "RBS": "t"}  # of all words with such a tag
Irregular = Mapping[str, Mapping[str, Sequence[str]]]  # by part of speech and word


def learn(docs: Iterable[Doc], words: Iterable[str], irregular: Irregular, vocab: Vocab) -> Lemmatizer:
    """The lemmatizer that gives the words of a tagged corpus the lemmas they mostly have there.

    `words`: further words in lower case; `irregular`: forms, taken where the corpus lacks them, with their lemmas.
    The corpus is not followed where it leaves an inflected word as it is, as it does with those its annotators' tool did not
    know ("endosomes"), and the rules make a known word of it.
    """
    table = _table(docs)
    rules = _rules(table)
    for tag in _INFLECTED:
        for word, (lemma, *others) in irregular.get(_KINDS[tag[:2]], {}).items():
            if not others and word.endswith(_ENDS.get(tag, "")):
                table.setdefault((word, tag), lemma)
    known = {lemma for (word, tag), lemma in table.items() if lemma != word or tag not in _INFLECTED}
    known |= {word for word in words if not word.endswith(_INFLECTIONS)}
    known = {word for word in known if word.isalpha() and len(word) > _SHORT}
    lemmatizer = Lemmatizer(vocab)
    lemmatizer.set({}, rules, known)
    exceptions: dict[str, dict[str, str]] = defaultdict(dict)
    for (word, tag), lemma in sorted(table.items()):
        made = lemmatizer.lemma(word, tag)
        left = lemma == word and word not in known and made in known
        if made != lemma and not left:
            exceptions[tag][word] = lemma
    lemmatizer.set(exceptions, lemmatizer.rules, known)
    return lemmatizer


def _table(docs: Iterable[Doc]) -> _Table:
    """The lemma that each word (lower case) with a tag mostly has; of equals the first in the alphabet."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for token in (token for doc in docs for token in doc):
        if not token.lemma_.startswith(_CLASS):
            counts[token.lower_, token.tag_][token.lemma_.lower()] += 1
    return {key: ranked(found)[0] for key, found in counts.items()}


def _rules(table: _Table) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """For each tag and ending the edits of the words that have both, the commonest first."""
    counts: dict[str, dict[str, Counter[tuple[str, str]]]] = defaultdict(lambda: defaultdict(Counter))
    for (word, tag), lemma in table.items():
        if tag in _INFLECTED and word.isalpha():
            old, new = _edit(word, lemma)
            for ending in endings(word):
                if len(ending) >= len(old):
                    counts[tag][ending][old, new] += 1
    return {
        tag: {
            ending: [edit for edit in ranked(edits) if edits[edit] >= _AGAIN]
            for ending, edits in sorted(found.items())
            if edits.total() >= _OFTEN
        }
        for tag, found in sorted(counts.items())
    }


def _edit(word: str, lemma: str) -> tuple[str, str]:
    """What stands behind the letters that both begin with."""
    same = next((n for n, (one, other) in enumerate(zip(word, lemma, strict=False)) if one != other), min(len(word), len(lemma)))
    return word[same:], lemma[same:]


def ranked(counts: Counter[Any]) -> list[Any]:
    """The most frequent first; of equals the first in the alphabet."""
    return sorted(counts, key=lambda value: (-counts[value], value))


class WordForms:
    """A lemmatizer read backwards. Words and lemmas are in lower case."""

    def __init__(self, lemmatizer: Lemmatizer) -> None:
        self._lemmatizer = lemmatizer
        self._edits = {(tag, *edit) for tag, rules in lemmatizer.rules.items() for edits in rules.values() for edit in edits}
        self._exceptions: dict[str, set[str]] = defaultdict(set)
        for lemmas in lemmatizer.exceptions.values():
            for word, lemma in lemmas.items():
                self._exceptions[lemma].add(word)

    def of(self, lemma: str) -> set[str]:
        """The words that can get this lemma, and no others."""
        made = ((edited(lemma, new, old), tag) for tag, old, new in self._edits if lemma.endswith(new))
        regular = {word for word, tag in made if self._lemmatizer.lemma(word, tag) == lemma}
        return {lemma} | self._exceptions.get(lemma, set()) | regular


def word_forms(nlp: Language) -> WordForms | None:
    """The forms of words by lemma; None where lemmas come from components that nothing is known of here."""
    setting = [name for name in nlp.pipe_names if "token.lemma" in nlp.get_pipe_meta(name).assigns]
    made = [nlp.get_pipe_meta(name).factory for name in setting]  # by factory: a wheel of our pipeline has classes of its own
    if made != ["mitotransfer_lemmatizer"] or any("LEMMA" in row["attrs"] for row in _ruled(nlp)):
        return None
    lemmatizer: Any = nlp.get_pipe(setting[0])
    return WordForms(lemmatizer)


def _ruled(nlp: Language) -> Collection[dict[str, Any]]:
    """What the attribute ruler sets, if there is one."""
    return nlp.get_pipe("attribute_ruler").patterns if "attribute_ruler" in nlp.pipe_names else ()  # type: ignore[attr-defined]
