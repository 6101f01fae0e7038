"""The words by which the offline extractor tells names from other capitalised words."""

from sqlrag.offline.words import FUNCTION_WORDS


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Capitalised because a sentence begins with them, or because style guides say so.
_OPENERS = """alongside according additionally afterwards again ago almost alone
along already although always another anyone anything apart around aside away back
based because become becoming besides beyond both briefly but certainly clearly
consequently currently despite during each earlier early either eventually ever
every everyone everything except few finally first following former formerly
fortunately four frequently further furthermore generally given had half hence her
here hers herself himself his however i'd i'll i'm i've if immediately including
indeed initially instead it's its itself just last lastly late lately later let
let's like likewise mainly many maybe meanwhile more moreover most mostly much
namely near nearly neither never nevertheless next nobody none nonetheless normally
nothing notably now occasionally often ok okay once one originally others otherwise
our overall partly perhaps plus possibly presumably previously probably rather
really recently regardless second several shortly similarly since so some someone
something sometimes soon specifically still subsequently such suddenly surely thank
thanks that's their then there's thereby therefore these they're third thirdly those
though three through throughout thus till today together tomorrow too toward towards
truly twice two typically ultimately under unfortunately unless unlike until up upon
us usually various via we're well what's whatever whenever whereas wherever whether
while who's whoever whom why within yes yesterday yet you're dear fellow his her
hello hi sir madam lord lady как когда если после перед однако затем потом также
поэтому хотя пока кроме среди сегодня вчера завтра теперь здесь там тогда всегда
никогда иногда часто наконец например итак далее первый второй третий сначала
впрочем благодаря согласно во со об ко наш ваш мой свой этот такой каждый все всё
весь давайте чтобы его её их мы вы я он она оно они это эта эти можно нужно важно
вот als wenn nachdem bevor während seit bis durch für gegen ohne um trotz wegen dann
danach deshalb jedoch doch auch noch schon sehr mehr viele einige alle dieser diese
dieses jeder jede sein seine ihr ihre unser wir ich du er sie es man so dabei dort
hier heute gestern dans pour avec sans sous chez vers depuis pendant avant après
ainsi alors aussi cette ces ce cet son sa ses leur leurs nous vous ils elles il elle
on mais donc car si según durante desde hasta entre sobre sin tras pero aunque
cuando como también este esta estos estas ese esa su sus nosotros ellos ellas él"""
# Parts of names in other languages: "Los Angeles", "Der Spiegel". The case of the document decides.
PLAIN_ARTICLES = _set("der die das den un une una")
ARTICLES = PLAIN_ARTICLES | _set("la le les los las el il lo")
OPENERS = FUNCTION_WORDS | _set(_OPENERS)

_TIMES = """january february march april may june july august september october
november december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday
wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat
sun spring summer autumn fall winter century bc ad ce bce am pm gmt utc est pst
christmas easter q1 q2 q3 q4 январь января январе февраль февраля феврале март марта
марте апрель апреля апреле май мая мае июнь июня июне июль июля июле август августа
августе сентябрь сентября сентябре октябрь октября октябре ноябрь ноября ноябре
декабрь декабря декабре понедельник вторник среда четверг пятница суббота
воскресенье januar februar märz mai juni juli oktober dezember montag dienstag
mittwoch donnerstag freitag samstag sonntag janvier février mars avril juin juillet
août septembre octobre novembre décembre lundi mardi mercredi jeudi vendredi samedi
dimanche enero febrero marzo abril mayo junio julio agosto septiembre octubre
noviembre diciembre lunes martes miércoles jueves viernes sábado domingo"""
_PARTS = """table figure chapter section note notes item page pages part appendix
contents exhibit volume vol no fig form forms rule rules level levels title includes
net assets liabilities certification certifications signature signatures ed eds isbn
doi http https www total subtotal yes none unknown true false null todo example step
introduction conclusion overview summary abstract references bibliography see also
index источник глава раздел рисунок таблица страница часть примечание пример шаг
введение заключение q a mr mrs ms dr prof sir dame inc corp ltd llc co jr sr st god"""
_PEOPLES = """american african asian european british english scottish irish welsh
french german italian spanish portuguese dutch belgian swiss austrian polish czech
slovak hungarian romanian bulgarian greek turkish russian ukrainian serbian croatian
swedish norwegian danish finnish icelandic chinese japanese korean indian pakistani
iranian iraqi israeli arab arabic egyptian australian canadian mexican brazilian
argentine argentinian chilean cuban nigerian kenyan ethiopian christian jewish
muslim catholic protestant islamic hindu buddhist roman soviet western eastern
northern southern americans germans russians jews muslims christians catholics
europeans русский русская русские русского американский английский немецкий
французский советский российский российская российской российского"""
PARTS = _set(_PARTS)
DROPPED = OPENERS | _set(_TIMES) | _set(_PARTS) | _set(_PEOPLES)
TIMES = _set(_TIMES)

AND = _set("and und y e et и och og en ed")
HONORIFICS = _set(
    """mr mrs ms miss dr prof professor sir dame lord lady king queen prince
princess president senator governor captain colonel general lieutenant major
sergeant pope saint st bishop archbishop cardinal rabbi judge justice chancellor
emperor empress sultan duke duchess count countess baron earl herr frau monsieur
madame señor señora don doña г-н г-жа господин госпожа профессор доктор президент
генерал князь царь император"""
)
SUFFIXES = _set(
    "inc corp corporation company co ltd limited llc llp lp plc gmbh ag kg sa nv bv oy ab pty spa"
)

_COMMON = """per prior compared comparable ended based including due certain
related respectively able actual add added age ago allow also amount answer area ask
asked away bad became become began begin being believe best better big bit book
bring came can case cause change close come coming common company could country day
days decided deal did different does doing done down during easy else end enough
especially even ever every everyone everything example fact far feel felt few
figured find first found full gave general get gets getting give given go goes going
gone good got great group grow had half hand happen happened hard having heard help
high hold hours idea important interesting keep kept kind knew know large later
learn learned least leave left less let life like line little live lived long look
looked looking lot low made main make makes making man many matter may maybe mean
meant men might million mind money months more move much must name need needed never
new next nice nothing now number off often old once one open order others part pay
people perhaps person place plan point possible probably problem problems put
question quite read real realized really reason right run said same saw say saying
says see seem seemed seen set several short show shown side simple since small
someone something soon sort sound start started state still stop stuff such sure
take taken talk tell tend than thing things think thinking thought three through
time times today together told took top toward trying tried true turn turned two
understand until use used using usually very want wanted was way ways week weeks
well went while whole wish within without woman word words work worked working works
world worse worth would write writing wrong wrote year years yes yet young несколько
очень можно нужно более менее также будет были можете может могут
этого этой весь свой один два три"""
COMMON = OPENERS | _set(_COMMON) | TIMES

GIVEN = _set(
    """aaron adam adrian alan albert alex alexander alexei alfred alice amy
andrea andrei andrew angela anna anne anthony antonio arthur barbara barry benjamin
bernard bill bob brian bruce carl carlos carol caroline catherine charles charlie
chris christian christine christopher claude daniel dave david dennis diana donald
dorothy douglas edgar edmund edward elena eleanor elizabeth ellen emily emma eric
ernest eugene eva frances francis francisco frank franz fred frederick friedrich
gary george gerald giovanni giuseppe gordon greg gregory hans harold harry heinrich
helen henri henry herbert howard hugh ian igor isaac ivan jack jacob jacques james
jan jane janet jason jean jeff jeffrey jennifer jeremy jerry jessica jim joan joe
johann john jonathan jorge jose joseph josé juan judith julia julian julie karen
karl kate katherine keith ken kenneth kevin kim larry laura lawrence lee leo leon
leonard lewis lisa louis louise lucy luis luke margaret maria marie mario mark
martha martin mary matthew maurice max michael michelle miguel mike mikhail nancy
nathan neil nicholas nicolas nicole nikolai norman oliver olga oscar otto pablo
patricia patrick paul pedro peter philip pierre rachel ralph ray raymond rebecca
richard rob robert robin roger ronald rose roy russell ruth ryan sam samuel sandra
sara sarah scott sean sergei sharon simon sophia sophie stanley stefan stephen steve
steven stuart susan ted terry theodore thomas tim timothy tom tony trevor vladimir
victor victoria vincent virginia walter wayne wilhelm william wolfgang александр
алексей анна андрей антон борис василий виктор владимир дмитрий екатерина елена иван
игорь илья константин лев мария михаил наталья николай ольга павел пётр петр сергей
татьяна федор фёдор юрий"""
)
PLACES = _set(
    """afghanistan africa albania algeria america angola argentina armenia
asia australia austria azerbaijan bangladesh belarus belgium bolivia brazil britain
bulgaria cambodia canada chile china colombia croatia cuba cyprus denmark ecuador
egypt england estonia ethiopia europe finland france georgia germany ghana greece
haiti hungary iceland india indonesia iran iraq ireland israel italy jamaica japan
jordan kazakhstan kenya korea kuwait laos latvia lebanon libya lithuania luxembourg
malaysia malta mexico moldova mongolia morocco mozambique myanmar nepal netherlands
nigeria norway pakistan panama paraguay peru philippines poland portugal qatar
romania russia rwanda scotland senegal serbia singapore slovakia slovenia somalia
spain sudan sweden switzerland syria taiwan tanzania thailand tunisia turkey uganda
ukraine uruguay uzbekistan venezuela vietnam wales yemen zambia zimbabwe alabama
alaska arizona arkansas california colorado connecticut florida hawaii idaho
illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts
michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon
pennsylvania tennessee texas utah vermont virginia wisconsin wyoming london paris
berlin rome madrid vienna moscow beijing shanghai tokyo kyoto osaka delhi mumbai
sydney melbourne toronto montreal chicago boston seattle philadelphia houston dallas
detroit atlanta miami cambridge oxford edinburgh dublin amsterdam brussels prague
warsaw budapest athens istanbul cairo jerusalem baghdad tehran seoul bangkok москва
россия сша китай франция германия англия украина европа"""
)
