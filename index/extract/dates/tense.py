"""Whether a sentence speaks of the future or of the past around a date: cues by language.

The nearest cue within the sentence decides; what stands directly before the date is the nearest.
"""

import re
from functools import cache

_REACH = 160
_CLAUSE = 45
"""Characters that a comma, a colon or a conjunction between cue and date counts for."""
_BEHIND = 12
"""Characters that a cue behind the date counts for over one before it."""
_ENDS = re.compile(r"[.!?…]+(?=[\s\"»”])|\n|[؟]")
_LIMITS = re.compile(r"[,;:()«»\"“”]|\s(?:que|qui|dont|alors|mais|and|who|that|but|ma|mas|pero)\s")

_FUTURE = {
    "fr": (
        r"(?:\w{2,}(?:er|ir|dr|vr|rr|ur|air|oir|ttr|îtr)|ser|fer|aur|ir)(?:a|ont|ez|ai|ons)"
        r"|doi(?:t|vent)|(?!aurai)\w{2,}r(?:ait|aient)|prochaine?s?|prévue?s?|attendue?s?"
        r"|programmée?s?|prévoi(?:t|ent)|va|vont|d'ici(?: à)?|à venir|à paraître|lendemain"
        r"|(?:pour|jusqu'à|jusqu'au|à partir(?: de| du)?|à compter de|d'ici|avant)(?: ce)?(?=\W*$)"
        r"|annonce|annoncent|appels?|appelle|appellent|(?:est|sont) appelée?s?|espère|demain"
        r"|organise(?:nt)?"
        r"|entre(?:nt)? en vigueur|début(?:e|ent)|sort(?:ent)?|risque(?:nt)?|à l'approche"
        r"|manifester|se tenir"
    ),
    "en": (
        r"will|won't|shall|due|scheduled|next|coming|upcoming|expected|plan(?:s|ned)?"
        r"|going to|to be|tomorrow|would|(?:by|until|for)(?=\W*$)"
    ),
    "es": (
        r"\w{3,}(?:rá|rán|remos)|prevé|previst[oa]s?|próxim[oa]s?|va a|van a|debe|deben|mañana"
        r"|(?:hasta|para)(?: el)?(?=\W*$)"
    ),
    "de": (
        r"soll|sollen|kommende[nrsm]?|nächste[nrsm]?|geplant|will|wollen|dürfte"
        r"|(?:bis|ab)(?=\W*$)|wird|werden"
    ),
    "it": (
        r"\w{3,}(?:rà|ranno|remo)|previst[oaie]|prossim[oaie]|deve|devono|domani"
        r"|(?:entro|fino a)(?=\W*$)"
    ),
    "pt": (
        r"\w{3,}(?:rá|rão)|previst[oa]s?|próxim[oa]s?|vai|vão|deve|devem|amanhã"
        r"|(?:até|para)(?: a)?(?=\W*$)"
    ),
    "ar": (
        r"و?س[يتن](?!وارت)\w{3,}|سوف|المقبل\w?|القادم\w?|المقرر|المزمع|غدا|المنتظر"
        r"|و?[يت](?:دور|نطلق|قام|عقد|نعقد|لتقي|لتئم|واجه|ؤدي|تواصل|ستضيف|نظم|نظر|شارك|حتضن|فتتح"
        r"|تميز)|إضراب|اضراب|وقفة احتجاجية|دع(?:ا|ت|وة)|موعدها?|البرنامج|برنامج المقابلات"
        r"|[اإ]لى غاية|[اإ]لى يوم(?=\W*$)|(?:بداية|ابتداء|إبتداء|انطلاقا) من|الممتدة من"
        r"|الساعة \d{1,2}[:.]\d\d(?! (?:صباحا|مساء|ليلا))|^ ?:(?=\s|$)|^ الساعة|تعيي?نات"
    ),
}
_PAST = {
    "fr": (
        r"(?:a|ont|ai|avons|aurait|auraient|avait|avaient|ayant|est|sont|était|étaient|été|s'est"
        r"|se sont)"
        r"(?: (?:pas|été|ainsi|donc|notamment|également|déjà|aussi|\w+ment))*"
        r" \w+(?:é|ée|és|ées|i|is|it|ie|ies|u|ue|us|ues|ert|erte|ort)"
        r"|\w+(?:(?<!r)ait|(?<!r)aient|èrent|irent|urent)|rapporte(?:nt)?|révèle(?:nt)?|indique(?:nt)?"
        r"|relève|précise|explique|affirme|assure|confie|selon|depuis(?=\W*$)|dernière?"
        r"|(?:diffusée?s?|publiée?s?|parue?|interrogée?|survenue?)"
    ),
    "en": (
        r"said|told|was|were|had|reported|announced|has|have|last|since(?=\W*$)|\w{3,}ed|met|held"
        r"|rose|fell|made|took|came|went|saw|did"
    ),
    "es": (
        r"\w{2,}(?:ó|aron|ieron|aba|aban|ía|ían)|ha|han|había|fue|fueron|dijo|desde(?: el)?(?=\W*$)"
        r"|pasado"
    ),
    "de": (
        r"wurde|wurden|hat|haben|hatte|hatten|war|waren|seit(?=\W*$)|sagte|ist|sind|\w{3,}te|kam"
        r"|gab|vergangene[nrsm]?|worden|ge\w{3,}t"
    ),
    "it": (
        r"(?:ha|hanno|è|sono|era|erano|stat[oaie]) \w+|\w{3,}(?:ava|avano|eva|evano|ò|arono|irono)"
        r"|scors[oa]"
    ),
    "pt": r"\w{2,}(?:ou|aram|eram|iram|eu|iu|ava|avam|ia|iam)|foi|foram|disse|tem|desde(?=\W*$)",
    "ar": (
        r"(?:قال|[أا]علن|[أا]كد|كان|شهد|تم|صرح|[أا]فاد|نظم|جرى|التقى|تمكن|[أا]لقى|[أا]صدر|حكم"
        r"|تحدّ?ث|غادر|هطل|رجّ?ح|توصل|استضاف|استهدف|اتصل|قتل|[أا]صيب|اندلع|[أا]وقف|درت)\w{0,2}"
        r"|الماضي\w?|منذ|المسجلة|المنقضي|تمكّنت"
    ),
}


_NO_CUE = float("inf")


@cache
def _cues(language: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    if language not in _FUTURE:
        return None
    future, past = (
        re.compile(rf"(?<!\w)(?:{cues[language]})(?!\w)", re.IGNORECASE)
        for cues in (_FUTURE, _PAST)
    )
    return future, past


class Tense:
    """Says of a place in a text whether the sentence speaks of the future around it.

    1 for the future, -1 for the past, 0 where no cue stands near.
    """

    def __init__(self, text: str, language: str) -> None:
        self._text = text
        self._cues = _cues(language)

    def __call__(self, start: int, end: int) -> int:
        """Return the tense around the characters ``start`` to ``end``."""
        if self._cues is None:
            return 0
        before, after = self._sentence(start, end)
        future, past = (_distance(cues, before, after) for cues in self._cues)
        if future == past == _NO_CUE:
            return 0
        return 1 if future <= past else -1

    def _sentence(self, start: int, end: int) -> tuple[str, str]:
        """Return what stands before and behind a date in its sentence."""
        begin = max(0, start - _REACH)
        for found in _ENDS.finditer(self._text, begin, start):
            begin = found.end()
        stop = _ENDS.search(self._text, end, end + _REACH)
        return self._text[begin:start], self._text[end : stop.start() if stop else end + _REACH]


def _distance(cues: re.Pattern[str], before: str, after: str) -> float:
    """Return how far the nearest cue is from the date between the two texts."""
    best = _NO_CUE
    for found in cues.finditer(before):
        between = before[found.end() :]
        best = min(best, len(between) + _CLAUSE * len(_LIMITS.findall(between)))
    found_after = cues.search(after)
    if found_after:
        between = after[: found_after.start()]
        far = len(between) + _BEHIND + _CLAUSE * len(_LIMITS.findall(between))
        best = min(best, far)
    return best
