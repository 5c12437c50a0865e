"""Query nodes as scores: our BM25F over bare frequencies, as nested ``script_score``.

The similarity of titles and bodies is the frequency of a term. A few constant scripts make of it
what ``search.scoring.bm25`` and ``search.scoring.proximity`` compute.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from whoosh import query

from index.analysis import fold
from index.document import fit
from index.opensearch import term
from search.opensearch.clauses import (
    NOTHING,
    Json,
    all_of,
    any_of,
    any_rule,
    best_of,
    contained,
    one_word,
    reaching,
    scored,
    terms,
    within,
)
from search.opensearch.matching import Matcher
from search.query import (
    TEXT_FIELDS,
    Filter,
    FuzzyQuery,
    LetterQuery,
    NearQuery,
    PhraseQuery,
    PrefixQuery,
    WordPattern,
    WordQuery,
)
from search.scoring import PARAMETERS, WINDOW, CollectionStats

_NORM = {
    field: f"_score * weight / (shift + scale * doc['{field}_length'].value)"
    for field in TEXT_FIELDS
}
_SATURATION = "idf * _score * (k1 + 1) / (_score + k1)"
_BODIES = 256
"""What one occurrence in a body adds to a score that counts those of both fields.

Fewer occurrences in a title are exact. A float has 24 bits: where a body has very many, those in
the title are rounded, which no longer matters.
"""
_INEXACT = Fraction(PARAMETERS.inexact).limit_denominator(20)
# A third of the time of three scripts, one for each field and one for both together.
_BOTH = (
    "idf * (k1 + 1) / (1 + k1 / ("
    "title * (_score % bodies) / (title_shift + title_scale * doc['title_length'].value)"
    " + body * floor(_score / bodies) / (body_shift + body_scale * doc['body_length'].value)))"
)
# The score s of an interval is 1 - 1 / (1 + sum of 1 / distance).
_SUM = "_score / (1 - _score)"
_WEIGHED = "weight * _score / (1 - _score)"
_CLOSE = (
    "double length = doc['body_length'].size() == 0 ? 0 : doc['body_length'].value;"
    " def norms = params.norms[doc['analyzer'].value];"
    " double norm = norms[1] + norms[0] * length;"
    " return params.factor * _score / (_score + params.k1 * norm);"
)
SCRIPTS = frozenset({*_NORM.values(), _SATURATION, _BOTH, _SUM, _CLOSE, _WEIGHED})
"""All scripts that scores are made by; what was typed is in none of them."""
_PREFIXED = 10_000
"""Words with a prefix whose occurrences are counted, in all fields, for all prefixes together."""


def script(inner: Json, source: str, **params: object) -> Json:
    """Return a clause whose score is made of that of another by one of our constant scripts.

    All but one are expressions of Lucene, which take a fraction of the time of Painless.
    """
    lang = "painless" if source == _CLOSE else "expression"
    made = {"source": source, "lang": lang, "params": params}
    return {"script_score": {"query": inner, "script": made}}


class Scorer:
    """Scores the nodes of one query; a clause may match more than its node."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._statistics = matcher.statistics

    def __call__(self, node: query.Query | None) -> Json:
        """Return a clause with the score of a node; NOTHING if it scores nothing."""
        matcher = self._matcher
        match node:
            case WordQuery():
                return self.word(node)
            case PhraseQuery(words=(_,), open=False):
                return self._literal(node.fields, node.words[0], self._statistics.all)
            case PhraseQuery():
                by_field = {field: self._occurrences(field, node) for field in node.fields}
                return self._bm25f(by_field, self._idf_of(node.words), self._statistics.all)
            case NearQuery():
                # A word given twice must be there twice: narrow windows count more.
                twice = len(set(node.words)) < len(node.words)
                rule = matcher.near if twice else _windows
                by_field = {field: script(rule(field, node), _SUM) for field in node.fields}
                return self._bm25f(by_field, self._idf_of(node.words), self._statistics.all)
            case LetterQuery():
                by_field = {
                    field: script(matcher.letter(field, node), _SUM)
                    for field in node.fields
                    if node.word.forms
                }
                words = node.word.literal, node.letter
                return self._bm25f(by_field, self._idf_of(words), self._statistics.all)
            case PrefixQuery():
                return self._prefix(node)
            case FuzzyQuery():
                return self._fuzzy(node)
            case WordPattern():
                return {"constant_score": {"filter": matcher(node), "boost": 1.0}}
            case Filter() | query.Not() | query.Every():
                return NOTHING
            case query.And():
                return any_of(map(self, node.subqueries))
            case query.DisjunctionMax():
                return best_of([self.alone(child) for child in node.subqueries])
            case query.Or():
                return any_of([self.alone(child) for child in node.subqueries])
        return NOTHING

    def matching(self, node: query.Query | None) -> Json:
        """Return what matches a node, with its score.

        Where the clause of a score matches no more and no less, it is looked for only once.
        """
        match node:
            case WordQuery(optional_in=optional) if not optional:
                return self(node)
            case PhraseQuery() | LetterQuery() | FuzzyQuery():
                return self(node)
            case query.And():
                wanted = [one for one in node.subqueries if not isinstance(one, query.Not)]
                but = [one.query for one in node.subqueries if isinstance(one, query.Not)]
                both = {"must": [*map(self.matching, wanted)]}
                if but:
                    both["must_not"] = [*map(self._matcher, but)]
                return {"bool": both} if wanted else self._matcher(node)
            case query.DisjunctionMax():
                return best_of([*map(self.matching, node.subqueries)])
            case query.Or():
                return any_of(map(self.matching, node.subqueries))
        return scored(self._matcher(node), [self(node)])

    def alone(self, node: query.Query) -> Json:
        """Return the score of an alternative, only of documents that match it."""
        score = self(node)
        several = isinstance(node, query.And)
        return scored(self._matcher(node), [score]) if several and score != NOTHING else score

    # Words

    def word(self, node: WordQuery, factor: float = 1.0) -> Json:
        """Return the score of a word in any form and language, times ``factor``."""
        key = "score", node, node.joined, factor
        return self._matcher.opened.kept(key, lambda: self._word(node, factor))

    def _word(self, node: WordQuery, factor: float) -> Json:
        statistics, matcher = self._statistics, self._matcher
        idf = statistics.all.idf(count) if (count := statistics.count(matcher.forms(node))) else 0.0
        found = []
        if idf:
            present = statistics.counts([matcher.forms(node, suffix) for suffix in node.forms])
            typed = statistics.count(matcher.typed(node))
            typed_idf = PARAMETERS.exact * statistics.all.idf(typed)
            for (suffix, forms), documents in zip(node.forms.items(), present, strict=True):
                if documents:
                    collection = statistics.by_suffix(suffix)
                    by_field = {field: _frequency(field, suffix, forms) for field in node.fields}
                    score = self._bm25f(by_field, factor * idf, collection, _unit(forms))
                    should = []
                    if typed:
                        exact = {field: terms(field, [fit(node.literal)]) for field in node.fields}
                        of_typed = self._bm25f(exact, factor * typed_idf, collection)
                        only = terms("analyzers", [suffix])
                        should.append({"bool": {"filter": [only], "must": [of_typed]}})
                    found.append({"bool": {"must": [score], "should": should}})
        for words in matcher.spellings(node):
            phrase = PhraseQuery(words, node.fields)
            documents = statistics.count(matcher(phrase))
            if documents:
                rarity = statistics.all.idf(documents)
                by_field = {field: self._occurrences(field, phrase) for field in node.fields}
                rarity = min(rarity, idf) if idf else rarity
                found.append(self._bm25f(by_field, factor * rarity, statistics.all))
        for suffix in sorted(node.literal_in):
            only = terms("analyzer", [suffix])
            literal = matcher.written(node.fields, node.literal)
            collection = statistics.by_suffix(suffix)
            documents = statistics.count(all_of([only, literal]))
            if documents:
                exact = {field: terms(field, [fit(node.literal)]) for field in node.fields}
                of_literal = self._bm25f(exact, factor * collection.idf(documents), collection)
                found.append({"bool": {"filter": [only], "must": [of_literal]}})
        return best_of(found)

    def _literal(self, fields: Sequence[str], word: str, collection: CollectionStats) -> Json:
        documents = self._statistics.count(self._matcher.written(fields, word))
        by_field = {field: terms(field, [fit(word)]) for field in fields}
        return self._bm25f(by_field, collection.idf(documents), collection)

    def _occurrences(self, field: str, node: PhraseQuery) -> Json:
        """Return a clause whose score is the number of occurrences of a phrase."""
        matching = self._matcher.phrase(field, node)
        if "intervals" in matching:
            return script(matching, _SUM)
        if "match_phrase" in matching:
            # The frequency is added once for every word.
            content = {**matching["match_phrase"][field], "boost": 1 / len(node.words)}
            return {"match_phrase": {field: content}}
        return _summed(matching, field)

    def _prefix(self, node: PrefixQuery) -> Json:
        matcher = self._matcher
        documents = self._statistics.count(matcher(node))
        by_field = {}
        words = _PREFIXED // (len(node.fields) * max(1, matcher.prefixes))
        for field in node.fields:
            part = field.partition("_")[0]
            content = {"value": fit(node.prefix), "rewrite": f"top_terms_{words}"}
            by_field[part] = {"prefix": {part: content}}
        return self._bm25f(by_field, self._statistics.all.idf(documents), self._statistics.all)

    def _fuzzy(self, node: FuzzyQuery) -> Json:
        """Score equally near words as one word; the nearest word of a document counts."""
        documents = self._statistics.count(self._matcher(node))
        idf = self._statistics.all.idf(documents)
        found = []
        near = self._matcher.near_words(node).terms
        for distance in range(node.distance + 1):
            words = [entry.term for entry in near if entry.distance == distance]
            by_field = {field: _summed(terms(field, words), field) for field in node.fields}
            factor = PARAMETERS.slip**distance
            found.append(self._bm25f(by_field, factor * idf, self._statistics.all))
        return best_of(found)

    def _idf_of(self, words: Sequence[str]) -> float:
        distinct = list(dict.fromkeys(words))
        counts = self._statistics.counts(
            [self._matcher.written(TEXT_FIELDS, word) for word in distinct]
        )
        return sum(self._statistics.all.idf(count) for count in counts)

    def _bm25f(
        self,
        by_field: Mapping[str, Json],
        idf: float,
        collection: CollectionStats,
        unit: float = 1.0,
    ) -> Json:
        """Return the score of clauses that score by frequency, by field, as that of one term.

        They count in units of so much of an occurrence.
        """
        clauses = {field: clause for field, clause in by_field.items() if clause != NOTHING}
        if not clauses or idf <= 0:
            return NOTHING
        weights = {field: unit * PARAMETERS.weight(field) for field in clauses}
        norms = {field: PARAMETERS.norm(field, collection.mean_lengths[field]) for field in clauses}
        if len(clauses) == len(TEXT_FIELDS) and all(map(_is_count, clauses.values())):
            params: dict[str, object] = {**weights, "bodies": _BODIES}
            for field, (scale, shift) in norms.items():
                params |= {f"{field}_scale": scale, f"{field}_shift": shift}
            bodies = {"bool": {"must": [clauses["body"]], "boost": _BODIES}}
            both = any_of([clauses["title"], bodies])
            return script(both, _BOTH, idf=idf, k1=PARAMETERS.k1, **params)
        parts = []
        for field, clause in clauses.items():
            scale, shift = norms[field]
            given = {"weight": weights[field], "scale": scale, "shift": shift}
            parts.append(script(clause, _NORM[field], **given))
        return script(any_of(parts), _SATURATION, idf=idf, k1=PARAMETERS.k1)

    # Words close together

    def closeness(self, first: WordQuery, second: WordQuery) -> Json:
        """Return the score that two neighbours of the query add where they are close together."""
        key = "close", first, second
        return self._matcher.opened.kept(key, lambda: self._closeness(first, second))

    def _closeness(self, first: WordQuery, second: WordQuery) -> Json:
        statistics, matcher = self._statistics, self._matcher
        counts = statistics.counts([matcher.forms(first), matcher.forms(second)])
        if not all(counts):
            return NOTHING
        idf = min(statistics.all.idf(count) for count in counts)
        near = [
            script(
                {"intervals": {field: within(rules, WINDOW - 1, ordered=False)}},
                _WEIGHED,
                weight=PARAMETERS.weight(field),
            )
            for field in TEXT_FIELDS
            for rules in [[one_word(matcher.present(word)) for word in (first, second)]]
        ]
        norms = {}
        for suffix in statistics.suffixes:
            mean = statistics.by_suffix(suffix).mean_lengths["body"]
            scale, shift = PARAMETERS.norm("body", mean)
            norms[suffix] = [scale, shift]
        factor = PARAMETERS.proximity * idf * (PARAMETERS.k1 + 1)
        return script(any_of(near), _CLOSE, factor=factor, k1=PARAMETERS.k1, norms=norms)


def _windows(field: str, node: NearQuery) -> Json:
    """Return a clause whose score is the number of words that begin a window with all of them."""
    words = [fit(word) for word in node.words]
    width = len(words) - 1 + node.distance
    starts = []
    for word in words:
        rule = one_word([word])
        for other in words:
            if other != word:
                rule = contained(rule, reaching([other], width))
        starts.append(rule)
    return {"intervals": {field: any_rule(starts)}}


def _frequency(field: str, suffix: str, forms: Sequence[str]) -> Json:
    """Return a clause that scores by how often a word stands in a field, in units of ``_unit``.

    An occurrence in the closest form counts once, one that has only other forms counts less. Where
    two forms differ by accents only, almost all that has the one with accents has the other as
    well: then ``s + w * (t - s)`` is right. Else positions that have any form are counted, which
    takes longer.
    """
    first, *others = [term(suffix, form) for form in forms]
    if not others:
        return {"term": {field: {"value": first}}}
    if _are_accented(forms):
        less, whole = _INEXACT.as_integer_ratio()
        closest, other, once = (
            {"term": {field: {"value": value, "boost": boost}}}
            for value, boost in ((first, whole - less), (others[0], less), (first, whole))
        )
        return best_of([once, any_of([closest, other])])
    inexact = PARAMETERS.inexact
    alone = {"term": {field: {"value": first, "boost": 1 - inexact}}}
    anywhere = {"intervals": {field: one_word([first, *others])}}
    return any_of([alone, script(anywhere, _WEIGHED, weight=inexact)])


def _are_accented(forms: Sequence[str]) -> bool:
    """Tell whether there are two forms, which differ by accents only."""
    return len(forms) == 2 and fold(forms[0]) == fold(forms[1])


def _unit(forms: Sequence[str]) -> float:
    """Return what part of an occurrence ``_frequency`` counts by: then it counts whole numbers."""
    return 1 / _INEXACT.denominator if _are_accented(forms) else 1.0


def _is_count(clause: Json) -> bool:
    """Tell whether a clause scores by whole numbers: occurrences, or parts of them."""
    if "dis_max" in clause:
        return all(map(_is_count, clause["dis_max"]["queries"]))
    if "bool" in clause:
        adds = clause["bool"].keys() == {"should", "minimum_should_match"}
        return adds and all(map(_is_count, clause["bool"]["should"]))
    for kind in ("term", "prefix"):
        if kind in clause:
            (content,) = clause[kind].values()
            return isinstance(content, str) or isinstance(content.get("boost", 1), int)
    return False


def _summed(clause: Json, field: str) -> Json:
    """Return a ``terms`` clause as one that scores by the sum of the frequencies."""
    if "terms" not in clause:
        return clause
    return any_of([{"term": {field: word}} for word in clause["terms"][field]])
