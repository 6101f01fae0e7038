"""Words without their endings: English inflections, the irregular verbs among them, and Hebrew
words without what is written together with them."""

import re
from functools import lru_cache

_FORMS = """begin began begun; break broke broken; bring brought; build built; burn burnt; buy
bought; catch caught; choose chose chosen; come came; cost costs; draw drew drawn; drive drove
driven; eat ate eaten; fall fell fallen; feel felt; fight fought; find found; fly flew flown;
forget forgot forgotten; get got gotten; give gave given; go went gone; grow grew grown; hear
heard; hold held; keep kept; know knew known; lead led; leave left; lend lent; lose lost; make
made; mean meant; meet met; pay paid; rise rose risen; run ran; say said; see saw seen; seek
sought; sell sold; send sent; shoot shot; sing sang sung; sink sank sunk; sit sat; sleep slept;
speak spoke spoken; spend spent; stand stood; steal stole stolen; swim swam swum; take took taken;
teach taught; tell told; think thought; throw threw thrown; understand understood; wear wore worn;
win won; write wrote written; man men; woman women; child children; person people; foot feet"""
_IRREGULAR = {form: forms.split()[0] for forms in _FORMS.split(";") for form in forms.split()}
_ENDING = re.compile(r"(?<=[a-z]{3})(?:ies|ied|ying|ings?|ed|es|s|e|y|ly)$")
_DOUBLED = re.compile(r"([bdgklmnprt])\1$")


@lru_cache(maxsize=50_000)
def find_stem(word: str) -> str:
    """What the forms of an English word have in common; other words as they are."""
    word = _IRREGULAR.get(word, word)
    if not word.isascii() or len(word) < 4:
        return word
    return _DOUBLED.sub(r"\1", _ENDING.sub("", word))


_HEBREW = re.compile("[\u05d0-\u05ea]{3,}")
_CLITICS = frozenset("והבלמשכ")
_HEBREW_ENDING = re.compile("(?:ים|ות|תי|נו|תם|תן|ה|ת|י|ו)$")
_HEBREW_VOWELS = re.compile("(?<=.)[וי](?=.)")


@lru_cache(maxsize=50_000)
def find_roots(word: str) -> frozenset[str]:
    """What the consonants of a Hebrew word may be, three at least, without "and", "the" and
    prepositions, which are written together with it, and without endings; none of other words."""
    if not _HEBREW.fullmatch(word):
        return frozenset()
    bare = [word]
    while len(bare) < 4 and len(bare[-1]) > 3 and bare[-1][0] in _CLITICS:
        bare.append(bare[-1][1:])
    stems = {form for one in bare for form in (one, _HEBREW_ENDING.sub("", one))}
    roots = (_HEBREW_VOWELS.sub("", stem) for stem in stems)
    return frozenset(root for root in roots if len(root) >= 3)
