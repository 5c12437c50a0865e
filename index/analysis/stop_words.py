"""Stop words: function words, which are indexed as written but not stemmed.

The lists were compiled for this project from the grammars of the languages: articles, pronouns,
prepositions, conjunctions, auxiliaries, interrogatives. They hold no noun, no adjective and no verb
with a meaning of its own, and no word that is also a noun of the news: French *été* and *avions*,
Italian *stati*, English *us* and *may*. A list applies to its own language only.
"""

from functools import cache

from index.analysis.folding import fold, normalize

_LISTS = {
    "fr": """
        le la les l un une des du de d au aux à en dans par pour sur sous sans avec chez vers
        entre contre depuis pendant dès jusque jusqu avant après selon malgré parmi hors lors
        et ou où ni mais donc car que qu qui quoi dont lequel laquelle lesquels lesquelles
        auquel auxquels auxquelles duquel desquels desquelles quel quelle quels quelles
        si lorsque lorsqu puisque puisqu quoique quoiqu quand comme comment pourquoi combien
        ce c cet cette ces ceci cela ça celui celle ceux celles ci là
        je j tu il elle on nous vous ils elles me m te t se s moi toi lui leur leurs eux soi y
        mon ma mes ton ta tes son sa ses notre nos votre vos
        ne n pas plus moins très trop aussi ainsi alors encore déjà même mêmes tout tous toute
        toutes autre autres aucun aucune chaque plusieurs quelque quelques quelqu quelquun
        tel telle tels telles peu être suis es est sommes êtes sont étais était étions
        étiez étaient sera seront serait seraient soit soient fut furent étant
        avoir ai as a avons avez ont avais avait aviez avaient aura auront aurait
        auraient ait aient eut eurent eu ayant faire fait font peut peuvent peux doit doivent
        aujourdhui cependant toutefois notamment afin voici voilà
    """,
    "en": """
        a an the and or but nor so if then than that this these those there here
        of to in on at by for from with without within into onto upon over under about above
        below between among against during before after since until through as per via
        i you he she it we they me him her them my your his its our their mine yours hers
        ours theirs myself yourself himself herself itself ourselves themselves
        who whom whose which what when where why how
        is am are was were be been being do does did done doing have has had having
        will would shall should can could might must cannot
        not no yes also very too just only own same such some any all each every both few more
        most other another much many while because though although however
        dont doesnt didnt isnt arent wasnt werent wont wouldnt cant couldnt shouldnt hasnt
        havent hadnt aint
    """,
    "es": """
        el la los las lo un una unos unas de del a al en con por para sin sobre entre hasta
        desde hacia según contra durante mediante tras ante bajo y e o u ni pero sino mas que
        si no se me te le les nos os mi mis tu tus su sus nuestro nuestra nuestros nuestras
        vuestro vuestra vuestros vuestras yo tú él ella ello ellos ellas usted ustedes nosotros
        nosotras vosotros mí ti sí este esta estos estas ese esa esos esas aquel aquella
        aquellos aquellas esto eso aquello como cómo cuando cuándo donde dónde quien quién
        quienes quiénes cual cuál cuales cuáles cuanto cuánto cuanta cuánta cuantos cuántos
        cuantas cuántas qué porque cuyo cuya cuyos cuyas muy más menos también ya tan tanto
        otro otra otros otras todo toda todos todas cada algún alguno alguna algunos algunas
        ningún ninguno ninguna mismo misma mismos mismas
        es son era eran fue fueron ser sido siendo está están estaba estaban estar
        sea sean será serán sería he ha han hay había habían haber has hemos hubo
        puede pueden debe deben pues así aunque
    """,
    "de": """
        der die das den dem des ein eine einen einem einer eines kein keine keinen keinem
        keiner und oder aber doch sondern denn wenn als ob dass daß weil da wie so
        ich du er sie es wir ihr mich dich sich uns euch ihm ihn ihnen mir dir mein meine
        meinen meinem meiner dein deine sein seine seinen seinem seiner seines ihre ihren
        ihrem ihrer ihres unser unsere unseren unserem unserer euer eure
        in im an am auf aus bei beim mit nach von vom vor zu zum zur über unter zwischen
        durch für gegen ohne um bis seit während wegen trotz ins ans
        dieser diese dieses diesen diesem jener jene jenes welcher welche welches welchen
        welchem wer wen wem wessen was wo wohin woher wann warum weshalb wieso
        ist sind war waren bin bist seid sei sein gewesen wird werden wurde wurden worden
        würde würden hat haben hatte hatten habe hast kann können konnte konnten muss müssen
        soll sollen sollte sollten darf dürfen will wollen mag
        nicht auch noch nur schon sehr mehr man hier dort dann nun alle allem allen aller
        alles jede jeder jedes jeden jedem andere anderen anderer anderes beide beiden
        dazu davon damit dabei dafür dagegen etwa bereits
    """,
    "it": """
        il lo la i gli le l un uno una di a da in con su per tra fra del dello della dei degli
        delle dell al allo alla ai agli alle all dal dallo dalla dai dagli dalle dall nel
        nello nella nei negli nelle nell sul sullo sulla sui sugli sulle sull col coi
        e ed o od ma né se che chi cui quale quali quanto quanta quanti quante come dove dov
        quando perché perchè poiché cosa cos non più meno anche anch ancora già molto così
        io tu egli lui lei noi voi essi esse loro mi ti si ci vi ne me te sé
        mio mia miei mie tuo tua tuoi tue suo sua suoi sue nostro nostra nostri nostre vostro
        vostra vostri vostre questo questa questi queste quest quello quella quelli quelle
        quell quel quei ciò tutto tutta tutti tutte altro altra altri altre ogni qualche
        alcuni alcune alcun nessun nessuno nessuna stesso stessa stessi stesse tale tali
        è e' sono era erano fu furono essere sia siano sarà saranno
        sarebbe ha hanno aveva avevano avere avuto ho hai abbiamo può possono deve devono
        dopo prima senza contro verso presso durante mentre però quindi oppure c d
    """,
    "pt": """
        o a os as um uma uns umas de do da dos das em no na nos nas num numa por pelo pela
        pelos pelas para com sem sobre entre até desde contra sob após ante perante ao à aos
        às e ou nem mas que se não me te lhe lhes nos vos eu tu ele ela nós vós eles elas você
        vocês mim ti si meu minha meus minhas teu tua teus tuas seu sua seus suas nosso nossa
        nossos nossas este esta estes estas esse essa esses essas aquele aquela aqueles aquelas
        isto isso aquilo deste desta destes destas desse dessa desses dessas neste nesta nestes
        nestas nesse nessa nesses nessas daquele daquela naquele naquela dele dela deles delas
        como quando onde quem qual quais quanto quanta quantos quantas porque porquê cujo cuja
        mais menos muito também já tão só outro outra outros outras todo toda todos todas cada
        algum alguma alguns algumas nenhum nenhuma mesmo mesma mesmos mesmas
        é são era eram foi foram ser sido sendo está estão estava estavam estar seja sejam
        será serão seria há ha tem têm tinha tinham ter tido havia haver pode podem deve devem
    """,
    "ar": """
        من الى إلى عن على في مع حتى منذ عند لدى بين خلال ضد حول نحو قبل بعد فوق تحت دون
        بدون غير سوى و او أو ام أم ثم بل لكن لكنه ف ب ل ك ان أن إن انه أنه إنه انها أنها إنها
        لان لأن كما كي لكي لو لولا اذا إذا اذ إذ لم لن لا ما ليس ليست قد لقد سوف هل
        هو هي هم هن هما انا أنا نحن انت أنت انتم أنتم هذا هذه هذان هؤلاء ذلك تلك اولئك أولئك
        هنا هناك الذي التي الذين اللذان اللتان اللواتي كان كانت كانوا يكون تكون كل بعض
        اي أي ايضا أيضا كيف متى اين أين ماذا لماذا كم مما عما فيما بما لما الا إلا اما أما
        له لها لهم به بها بهم فيه فيها فيهم منه منها منهم عنه عنها عليه عليها عليهم اليه إليه
        اليها إليها وهو وهي وقد وان وأن فان فإن ولا وما ومن وفي وعلى والى وإلى كذلك حيث بينما
    """,
    "nl": """
        de het een en of maar want dat dan als toen dus in op aan van voor met bij door uit naar
        om over onder tegen tussen tot na te ten ter zonder sinds tijdens volgens
        ik jij je hij zij ze wij we jullie u mij me hem haar hen hun ons onze mijn jouw zijn uw
        zich die deze dit wat wie welke waar wanneer waarom hoe er hier daar
        is was waren ben bent wordt worden werd werden geworden geweest heeft hebben had hadden
        heb zal zullen zou zouden kan kunnen kon konden moet moeten mag mogen wil
        niet geen ook nog al wel meer zeer zo alle alles elke ieder andere 't 's
    """,
    "ru": """
        и в во не на что он она оно они мы вы я ты с со как а то все всё его ее её их им ими
        нас нам нами вас вам вами меня мне мной тебя тебе ему ней ей нем нём них к ко у из изо
        за по от ото до для о об обо при про под над перед через без между после около
        но да же бы ли или если когда где куда откуда почему зачем кто кого кому кем чем чего
        чему чём какой какая какое какие какого который которая которое которые которого
        которой которых которым был была было были быть есть будет будут буду
        это этот эта эти этого этой этих этом этим тот та те того той тех том тем
        так уже еще ещё только лишь даже ни нет также тоже чтобы потому поэтому
        свой своя своё свои своего своей своих сам сама само сами мой моя мое мои твой наш
        наша наше наши ваш можно может могут весь вся всех всего всем
    """,
    "sv": """
        och eller men att som i på av för med till från om vid under över mot mellan genom
        utan efter före sedan hos en ett den det de dem jag du han hon vi ni mig dig sig oss er
        honom henne min mitt mina din ditt dina sin sitt sina hans hennes dess deras vår vårt
        våra denna detta dessa vem vad vilken vilket vilka var när varför hur där här då
        är var varit vara blir blev bli blivit har hade ha haft ska skall skulle kan kunde
        måste får fick vill inte ej så än också bara mycket mer alla allt någon något några
        ingen inget inga varje annan annat andra
    """,
    "da": """
        og eller men at som der i på af for med til fra om ved under over mod mellem gennem
        uden efter før siden hos en et den det de dem jeg du han hun vi mig dig sig os jer ham
        hende min mit mine din dit dine sin sit sine hans hendes dens dets deres vor vores
        denne dette disse hvem hvad hvilken hvilket hvilke hvor hvornår hvorfor hvordan her da
        når er var været være bliver blev blive har havde have haft skal skulle kan kunne må
        måtte vil ville ikke så også kun meget mere alle alt nogen noget nogle ingen hver anden
        andet andre end
    """,
    "no": """
        og eller men at som i på av for med til fra om ved under over mot mellom gjennom uten
        etter før siden hos en ei et den det de dem jeg du han hun vi dere meg deg seg oss ham
        henne min mitt mine din ditt dine sin sitt sine hans hennes dens dets deres vår vårt
        våre denne dette disse hvem hva hvilken hvilket hvilke hvor når hvorfor hvordan her der
        da er var vært være blir ble bli blitt har hadde ha hatt skal skulle kan kunne må måtte
        vil ville ikke så også bare mye mer alle alt noen noe ingen hver annen annet andre enn
        eg ikkje ein eit vere vart kva kven korleis kvifor dei frå
    """,
    "fi": """
        ja tai vai mutta että jos kun kuin niin sekä eli joka jotka jonka jota jossa josta
        johon joita joiden mikä mitä mitkä minkä missä mistä mihin kuka kenen ketä miksi miten
        milloin minä sinä hän me te he se ne minun sinun hänen meidän teidän heidän sen niiden
        sitä niitä siitä siihen siinä tämä tätä tämän tässä tästä tähän nämä näitä näiden tuo
        on ovat oli olivat ole olla ollut olen olet olemme olette olisi olisivat ei en et emme
        ette eivät myös vain jo vielä nyt kanssa ilman ennen jälkeen välillä kautta mukaan
    """,
    "hu": """
        a az egy és vagy de hogy ha mert mint is nem ne sem csak már még meg el ki be fel le
        ez azt ezt ennek annak ezek azok erre arra ebben abban ezzel azzal én te ő mi ti ők
        engem téged őt minket titeket őket van vannak volt voltak lesz lesznek lenne volna
        lehet kell aki amely ami akik amelyek amit akit amelyet mi mit ki kit hol mikor miért
        hogyan milyen mely melyik között alatt felett után előtt által szerint nélkül
    """,
    "ro": """
        și şi sau dar iar că ca să dacă de la în din pe cu fără pentru prin către spre până
        după înainte între sub peste despre lângă contra un o unui unei unor niște al a ai ale
        cel cea cei cele celui celei celor eu tu el ea noi voi ei ele mă te se ne vă îl le îi
        lui lor meu mea mei mele tău ta său sa săi sale nostru noastră voastră acest această
        aceste acești acestui acestei acestor acel acea acele acei ce care cine când unde cum
        cât câtă câți câte este sunt era erau fost fi fie va vor ar am are avea aveau au ați
        nu mai foarte tot toate toți toată fiecare alt altă alți alte
    """,
    "tr": """
        ve veya ya da de ki ile için gibi kadar göre sonra önce beri bu şu o bunlar şunlar
        onlar ben sen biz siz bana sana ona bize size onlara beni seni onu bizi sizi onları
        benim senin onun bizim sizin onların bir her hiç bazı tüm bütün hem ne nasıl neden
        niçin niye nerede nereye nereden kim kime kimin hangi kaç mi mı mu mü değil var yok
        çok daha en ama fakat ancak eğer ise çünkü olan olarak oldu olduğu olur ediyor
    """,
    "el": """
        ο η το οι τα του της των τον την τους τις ένας μια μία ένα ενός μιας και ή αλλά όμως
        να θα δεν μην μη σε στο στη στην στον στους στις στα από για με χωρίς προς μετά πριν
        κατά παρά υπό επί ως αν όταν όπως που πως πώς πού πότε γιατί ποιος ποια ποιο ποιοι τι
        ότι διότι επειδή αυτός αυτή αυτό αυτοί αυτές αυτά εκείνος εκείνη εκείνο εγώ εσύ εμείς
        εσείς μου σου μας σας είναι ήταν είμαι είσαι έχει έχουν είχε είχαν όλα όλοι όλες πολύ
        πιο κάθε άλλος άλλη άλλο
    """,
    "ca": """
        el la els les l lo los un una uns unes de d del dels a al als en amb per pel pels
        sense sobre entre fins des cap contra durant segons i o ni però sinó que si no es s se
        em m et t ens us li hi ho ne n meu meva meus meves teu teva seu seva seus seves nostre
        nostra nostres vostre vostra jo tu ell ella nosaltres vosaltres ells elles aquest
        aquesta aquests aquestes aquell aquella aquells aquelles això allò com quan on qui què
        quin quina quins quines quant quanta quants quantes perquè molt més menys també ja tan
        altre altra altres tot tota tots totes cada algun alguna alguns algunes
        és són era eren fou ser està estan sigui siguin serà seran ha han havia havien
        haver té tenen pot poden
    """,
    "eu": """
        eta edo baina ere ez bai da dira zen ziren izan du dute zuen zuten dituzte ditu dago
        daude dela den diren duen duten zein zer nor non noiz nola zergatik bat batzuk hau hori
        hura hauek horiek haiek ni zu gu zuek hark honek horrek bere beren baino arte gabe
    """,
    "pl": """
        i a oraz lub albo ale lecz że żeby aby jeśli jeżeli gdy kiedy jak co kto gdzie dlaczego
        czy który która które którzy którego której których któremu którym w we z ze na do od
        ode dla o po przy przez przed pod nad między bez za u ja ty on ona ono my wy oni one
        mnie mi ciebie ci jego jej ich jemu im go nas nam was wam się siebie mój moja moje twój
        swój swoja swoje nasz nasza nasze wasz ten ta to te tego tej tych temu tym tamten jest
        są był była było były być będzie będą nie tak też także już jeszcze tylko bardzo może
    """,
    "id": """
        yang dan di ke dari untuk dengan pada dalam oleh sebagai atau tetapi tapi jika kalau
        karena bahwa agar supaya ini itu tersebut adalah ialah akan telah sudah sedang masih
        tidak bukan belum saya kami kita kamu anda dia ia mereka apa siapa kapan mana bagaimana
        mengapa berapa juga saja hanya lebih sangat para oleh antara tanpa hingga sampai
    """,
    "fa": """
        و در به از که را با برای تا این آن یا اما اگر هم نیز بر هر چه چرا چگونه کی کجا کدام
        من تو او ما شما آنها ایشان است بود هست نیست بودند هستند شد شده می نمی خود یک بی پس
    """,
}

# Folded forms that are words of their own: على is a function word, the name علي is not.
_NOT_FOLDED = {"ar": frozenset({"علي"})}


@cache
def stop_words(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the function words of a language: normalised, and folded. Both may be empty.

    A word with accents is looked up in the first set, one without accents in the second: *ou* for
    *où* is a function word, *sûr* is not.
    """
    words = _LISTS.get(language, "").split()
    folded = frozenset(map(fold, words)) - _NOT_FOLDED.get(language, frozenset())
    return frozenset(map(normalize, words)), folded
