"""What a question that follows up was asked of, where no model can say so."""

import re
from collections.abc import Sequence

from sqlrag.domain.retrieval import Message
from sqlrag.offline import Asked, read_question

_LONGEST_TURN = 600  # characters
_MOST_TURNS, _MOST_NAMES, _MOST_WORDS = 4, 4, 3
_POINTS_BACK = re.compile(
    r"\b(?:it|its|he|him|his|she|her|they|them|their|this|these|those|er|ihn|ihm|sie|ihr|ihre[nrsm]?"
    r"|dies\w*|dort|davon|он|его|ему|она|её|ее|ей|они|их|им|там|il|elle|ils|elles|lui|leurs?|cela"
    r"|él|ella|ellos|ellas|esto|eso|allí)\b|[它他她]|这[个里些座家]?|那[个里些座家]?|それ|これ|彼|그것|그녀",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\W*(?:(?:and|but|what about|how about|und|aber|а|и|но|et|mais|y|pero)\b|那么|那|还有|では)",
    re.IGNORECASE,
)


def find_subject(question: str, history: Sequence[Message]) -> str:
    """The words that earlier questions were about, where this one follows them up; else none.

    Those of the last question that stood alone and of what followed it; where none of them names
    anything, the names in the last answer.
    """
    asked = read_question(question)
    earlier = [turn.content[:_LONGEST_TURN] for turn in history if turn.role == "user"]
    if not earlier or not _follows_up(question, asked):
        return ""
    words: dict[str, None] = {}
    named = _has_name(asked)
    for turn in reversed(earlier[-_MOST_TURNS:]):
        before = read_question(turn)
        # Another name takes the place of the one that was asked about.
        words |= dict.fromkeys(_find_words(before, but_names=_has_name(asked)))
        named = named or _has_name(before)
        if not _follows_up(turn, before):
            break
    if not named:
        words |= dict.fromkeys(_find_names_of_answer(history))
    return " ".join(word for word in words if word not in asked.terms)


def _follows_up(question: str, asked: Asked) -> bool:
    said = _find_words(asked)
    if not said or _GOES_ON.match(question):
        return True
    points = _POINTS_BACK.search(question) is not None
    return points and len(said) <= _MOST_WORDS and not _has_name(asked)


def _find_words(asked: Asked, but_names: bool = False) -> list[str]:
    return [
        word
        for word, weight in asked.terms.items()
        if weight >= 1 and not (but_names and word in asked.names)
    ]


def _has_name(asked: Asked) -> bool:
    return any(not name[0].isdigit() for name in asked.names)


def _find_names_of_answer(history: Sequence[Message]) -> list[str]:
    answers = [turn.content for turn in history if turn.role == "assistant"]
    lines = (answers[-1] if answers else "")[:_LONGEST_TURN].splitlines()
    # Without a model an answer is introduced by a line of its own.
    asked = read_question(" ".join(line for line in lines if not line.endswith((":", "："))))
    names = [word for word in asked.terms if word in asked.names and not word[0].isdigit()]
    return names[:_MOST_NAMES]
