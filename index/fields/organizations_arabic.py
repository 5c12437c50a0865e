"""Arabic names: a noun for a body in the construct state, or definite with its adjective."""

import re
from collections.abc import Iterator

from index.document import Span
from index.fields.organizations_words import Candidate

_HEADS = (
    "وزارة|جامعة|نقابة|محكمة|جمعية|منظمة|هيئة|لجنة|مجلس|إدارة|ادارة|مؤسسة|مركز|معهد|كلية|اتحاد"
    "|إتحاد|غرفة|رابطة|سفارة|بلدية|ولاية|شركة|بنك|مصرف|وكالة|صحيفة|جريدة|قناة|إذاعة|اذاعة|موقع"
    "|مجلة|حزب|حركة|جبهة|تيار|نادي|كتيبة|كتلة|ديوان|دائرة|مستشفى|مدرسة|نيابة|فرقة|جماعة|تنظيم"
    "|مندوبية|أكاديمية|جيش|شرطة|بورصة|صندوق|برلمان|فريق|مفوضية|كونفدرالية|فدرالية|راديو|دار"
)
_DEFINITE = (
    "المحكمة|الجامعة|النقابة|الجمعية|المنظمة|الهيئة|اللجنة|المجلس|الإدارة|الادارة|المؤسسة|المركز"
    "|المعهد|الاتحاد|الإتحاد|الغرفة|الرابطة|الشركة|البنك|الوكالة|الحزب|الحركة|الجبهة|التيار|الديوان"
    "|الكنفدرالية|الصندوق|المندوبية|المرصد|الجيش|الحرس|الشرطة|الخطوط|الترجي|النادي|النجم|الخارجية"
    "|الوحدة|القطب|الفرقة|الأكاديمية|البرلمان|الكونغرس|المفوضية|الأمانة"
)
_PLACE_HEADS_WORDS = (
    "جامعة حزب نادي معهد صحيفة جريدة قناة إذاعة اذاعة راديو حركة مجلة بنك سفارة شركة"
)
_PLACE_HEADS = frozenset(_PLACE_HEADS_WORDS.split())
_WORD = r"[\u0621-\u0652\u0670]+"
_NAME = re.compile(
    rf"(?<![\u0621-\u064a])([ولبفك]{{0,2}}?)({_HEADS}|{_DEFINITE})((?: \"?{_WORD}\"?){{1,6}})"
)
_ARTICLED = re.compile(r"^(?:و|ب|ل|ول)?(?:ال|لل)")
_STOPPED_WORDS = (
    "والحكومة التي الذي الذين اليوم الان الآن الماضي الماضية القادم القادمة الحالي الحالية"
    " المقبل المقبلة الاثنين الإثنين الثلاثاء الأربعاء الاربعاء الخميس الجمعة السبت الأحد"
    " الاحد السيد السيدة الجاري المذكور المذكورة المعني المعنية المختصة السابق السابقة الى"
    " إلى على الأمر ذلك لكن بعد الرئيس القاضي القاضية الدكتور الأستاذ الوزير الجديد الجديدة"
    " لتكون لكي لأن ليتم للمرة بعدم بأن بان بها به لها له لهم بينهم بذلك لذلك التابع التابعة"
    " الصادر الصادرة الخاصة المنعقد المشترك المشتركة بمختلف المتواجد وقد وقال وأكد وأضاف أن"
    " ان قد لم لا لن ما من في عن مع هو هي اليمني المعتمد المكلف المكلفة الذى التى"
)
_STOPPED = frozenset(_STOPPED_WORDS.split())
_NAMES_BODY_WORDS = "التونسي التونسية العام العامة الوطني الوطنية الأعلى المركزي المركزية"
_NAMES_BODY = frozenset(_NAMES_BODY_WORDS.split())
_GENERIC = re.compile(
    r"إدارة الاعمال|إدارة البلاد|إدارة الأعمال|دائرة الاهتمام|مجلة الل|حركة ا"
    r"|مجلس (?:الإدارة|الادارة|الأسرة)|لجنة (?:التحقيق|الحوار)|فريق (?:ال(?:عمل|أول))"
    r"|مركز (?:المدينة|الولاية|الشرطة|الأمن|الحرس|الإيقاف|الامتحان)|ولاية |بلدية ال"
    r"|الوحدة الوطنية|دار ال|حركة (?:المرور|السير|ال(?:طيران|ملاحة|تنقل))"
    r"|موقع (?:ال)?(?:حادث|انفجار|تواصل|جريمة|توصل)|مدرسة (?:ابتدائية|إبتدائية|خاصة)"
    r"|فرقة (?:الأبحاث|الشرطة|أمنية)|الفرقة الأمنية|الجامعة الشتوية|موقع"
    r"|إدارة ال(?:أزمة|مباراة|حوار)|المجلس المحلي|الشركة (?:ال)?(?:معنية|مذكورة|خاصة)"
    r"|حزب ال(?:حاكم|معارض)|فريق |النادي ال(?:مذكور|إسباني|انقليزي)|جيش ال"
    r"|كتلة (?:ال)?(?:هوائية|أجور)|دائرة ال(?:أزمة|ضوء|خطر)|المكتب التنفيذي|الوكالة"
    r"|الحركة (?:الاحتجاجية|التجارية)|صندوق (?:ال)?(?:اقتراع|بريد)|الجيش الحر|المركز الأول"
    r"|المركز ال(?:ثاني|ثالث|رابع|خامس|سادس)|دار (?:ال)?(?:شباب|ثقافة)|البنك ال(?:مذكور|خاص)"
)
_ENTITY = 2
_DOING = ("بإ", "بات", "باست", "بانت", "باع", "باق")
_VERBAL = ("مطالبة", "تعبير", "احتجاج", "تنديد", "نظر", "تحقيق")


def find_arabic(text: str) -> Iterator[Candidate]:
    """Yield names that begin with a noun for a body and go on as such names do."""
    for found in _NAME.finditer(text):
        head = found.group(2)
        start = found.start(2)
        end, bound, placed_already = found.end(2), 0, False
        definite = head.startswith("ال") or found.group(1).endswith("لل")
        free = head in _PLACE_HEADS
        for word in re.finditer(rf"\"?{_WORD}\"?", found.group(3)):
            written = word.group().strip('"')
            if written in _STOPPED or len(written) < _ENTITY:
                break
            if written.startswith("لل") and (free or head == "وزارة" or written.endswith(_VERBAL)):
                break
            if bound == 0 and not definite and written[0] in "بو" and not written.startswith("ال"):
                break
            if len(written) > 3 and written.endswith("ت") and not written.endswith("ات"):
                break
            if bound == 0 and free and written.endswith("ية") and not written.startswith("ال"):
                break
            articled = _ARTICLED.match(written)
            placed = bound > 0 and not placed_already and written[0] in "بل" and len(written) > 3
            placed = placed and not free and not written.startswith(_DOING)
            placed_already = placed_already or placed
            if not (articled or placed or (free and bound == 0) or (not definite and bound == 0)):
                break
            bound += 1
            end = found.start(3) + word.end()
        name = text[start:end]
        if not bound or _GENERIC.match(name):
            continue
        if definite and not any(
            word in _NAMES_BODY or word[:1] in "لب" for word in name.split()[1:]
        ):
            continue
        if (
            not definite
            and not free
            and not any(_ARTICLED.match(word) for word in name.split()[1:])
        ):
            continue
        yield Candidate(Span(start, end), "arabic")
