"""Words of four letters and more that join others and tell nothing, in the languages of the scheme.

Shorter words count only where they are written as a sign (AI, 5G), so they need no list.
"""

_IN_EACH_LANGUAGE = """
    also and been between both could does each even every from have here however into just like made make many
    more most much must need only other over same should since some such than that their them then there these
    they this those through under until upon used using very well were what when where which while will with
    within without would your about after again against among because before being during further ours ourselves
    yourself

    aber alle allem allen aller alles also auch auf beim dann dass dein deren deshalb diese diesem diesen dieser
    dieses doch dort durch eine einem einen einer eines etwas für gegen haben hatte hier ihre ihrem ihren ihrer
    immer jede jedem jeden jeder kann kein keine mehr mein mit nach nicht noch nur oder ohne schon sein seine
    seiner sehr sich sind sowie über und unser unsere unserem unseren unserer unter vom von vor wenn werden wird
    wurde zum zur zwischen

    ainsi alors après aussi autre autres avant avec avoir bien cela ces cette chez comme dans depuis des deux
    donc elle elles encore entre être leur leurs mais même moins nous notre pour plus quand quel quelle sans
    selon ses soit sont sous sur tous tout toute toutes très votre vous

    antes como con cada cual cuando cuyo desde donde durante ella ellas ellos entre eran esta estas este estos
    hasta mientras mucho muy nuestra nuestras nuestro nuestros otra otro otros para pero porque puede pueden
    según sobre sino también tanto tiene tienen todas todo todos unas unos

    ainda além aqui com das dos essa esse esta este está foram isso isto mais mas mesmo muito nossa nossas nosso
    nossos pela pelas pelo pelos pode podem quando qual são sem sobre também tanto todas todos uma umas

    alla alle anche ancora come così con dalla dalle degli dei del della delle dello dopo dove essere fino hanno
    loro negli nella nelle nostra nostre nostri nostro ogni oltre per però più prima quale quando quella quello
    questa queste questi questo sempre senza sono sulla sulle tra tutte tutti tutto verso

    albo ale bardzo będzie być czy dla gdy gdzie jako jest jeszcze każdy która które którego której którym
    którzy który lub między może można nasz nasza nasze naszych nasi nie niż oraz pod poza przed przez przy
    swoich swoje tak takie także tego tej ten tych tylko tym wszystkich wraz

    aan alle als bij daar dat deze die dit door een elke geen haar heeft hebben het hier hun ieder kan maar meer
    met naar niet nog ons onze ook over tot tussen uit van voor waar wat welke werd wij wordt worden zich zijn
    zoals zonder

    alla andra att blir både dem denna dess detta dock eller efter eller finns från för genom hans har inom inte
    kan man med mellan mer mot när och också olika oss samt sig sina som till under upp utan vara vår våra vårt
    även över

    alle andet andre blev bliver både denne deres dette eller efter flere fordi fra gennem har hvor hvordan ikke
    inden kan kun med mellem mere når også over samt sig som til uden under var ved vil vores være

    ovat että eivät ennen hän heidän ilman joka joiden joita jonka jossa jotka kaikki kanssa koska kuin kuten
    kun lisäksi meidän myös mutta nämä näiden niiden olla oli olisi ovat sekä sen siitä tai tämä tämän vain
    voidaan

    από αυτά αυτή αυτό αυτός για δεν είναι ενώ επίσης έχει έχουν και κατά μας μεταξύ μετά μια όπως όταν όχι που
    πρέπει προς στα στη στην στις στο στον στους τα τη την της τις το τον του τους των χωρίς

    avem care către cele cum dar decât din doar după este fără fiecare iar între mai multe noastre noastră
    nostru noștri pentru peste poate prin sau sunt toate vor

    ahol amely amelyek azok azonban csak egy ezek ezért hogy illetve kell között lehet legyen már még mely mert
    mint minden nagyon nem olyan saját szerint után vagy valamint van volt

    aby ale avšak bude jako jejich jeho jejím které který která kteří mezi může nebo než našich naše náš podle
    pouze před při pro také této tento toto tyto však všech všechny

    alebo avšak bude ich jeho ktoré ktorý ktorá ktorí medzi môže nášho naše náš podľa pred pri preto sme tiež
    tento toto tieto však všetky

    ali ako bez biti bilo gdje imaju ili jesu kada kako koja koje koji kojih kroz među može naše naši naš nisu
    ovaj ovo prema samo sebe smo svih svoj također tijekom uz već

    ampak biti brez ker kjer kako katera kateri katere lahko med naše naši naš nekaj pred preko pri sebe smo
    tako tega tem tudi vendar vseh zaradi

    bet buvo dar būti jei jos jų kad kai kaip kurie kuri kuris mūsų nuo pagal prie savo tai taip tarp tik turi
    visi yra

    arī bet būt gan jau kas kura kuras kuri kurš lai mūsu nav pie pēc par savu starp tas tikai var vai viņu visi

    aga aina ehk enne juba kas kes kõik kuid kui meie mida e mis nagu neid nende ning ning oli oma olla
    pärast see selle siis ta tema vaid või

    бъде без би като когато които която което който между може много нашата нашите нашия нашето него от по при
    през само след също така това този тези към

    agus agat ansin arna atá chun dár faoi féin idir iad leis mar muid níos ónár roimh seo sin tar

    aktar biex dan din fejn fuq għal għall għandu għandhom hija huma jew kull li lil minn mingħajr
    tagħna tagħhom wara wkoll
"""
STOP_WORDS = frozenset(_IN_EACH_LANGUAGE.split())
