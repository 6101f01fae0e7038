"""Which entities a chunk is about: the same rule for every extractor."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlrag.domain.graph import ChunkText, ExtractedEntity
from sqlrag.domain.names import clean_name, name_key
from sqlrag.offline.words import is_cjk

LONG_TITLE = 8  # words; a longer title says what the text is about instead of naming it
_BRACKETS = re.compile(r"\s*[(（【\[][^()（）【】\[\]]*[)）】\]]\s*$")
_FILE_END = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")


def mark_subjects(
    entities: Sequence[ExtractedEntity], title: str, chunk: ChunkText, alone: bool
) -> tuple[ExtractedEntity, ...]:
    """Flag what the title or a heading names, and the lead entity of the text.

    `alone`: the chunk is read as if it were the document. Then a title must be the name itself,
    with or without its "(…)", unless it is a long one; otherwise it need only hold the name, as a
    heading need always. The lead entity, the one named first, counts where nothing above names
    one, or only in small letters, as a file's name does, and always in a chunk that is not alone.
    """
    keys = [name_key(entity.name) for entity in entities]
    named = {name_key(name) for name in title_names(title)}
    subjects = {i for i, key in enumerate(keys) if key in named}
    for text in _telling_texts(title, chunk, alone):
        subjects.update(i for i, key in enumerate(keys) if _holds(text, key))
    if not alone or all(entities[i].name.islower() for i in subjects):
        subjects.update(_find_lead(entities, chunk.content))
    return tuple(
        replace(entity, is_subject=i in subjects)
        if entity.is_subject != (i in subjects)
        else entity
        for i, entity in enumerate(entities)
    )


def title_names(title: str) -> list[str]:
    """The names a title gives: itself, and itself without a "(…)" or a file extension."""
    whole = clean_name(title)
    names = [whole, clean_name(_BRACKETS.sub("", whole)), clean_name(_FILE_END.sub("", whole))]
    return list(dict.fromkeys(name for name in names if any(map(str.isalnum, name))))


def _telling_texts(title: str, chunk: ChunkText, alone: bool) -> Iterable[str]:
    if not alone or len(title.split()) > LONG_TITLE:
        yield name_key(title)
    for heading in chunk.headings:
        if heading != title:
            yield name_key(heading)


def _find_lead(entities: Sequence[ExtractedEntity], content: str) -> list[int]:
    """The entity that the text names first, the longest of those that begin there; names before
    terms in small letters."""
    text = name_key(" ".join(content.split()))
    keys = [name_key(entity.name) for entity in entities]
    places = [
        (entities[i].name.islower(), text.find(key), -len(key), i) for i, key in enumerate(keys)
    ]
    found = [place for place in places if place[1] >= 0]
    return [min(found)[3]] if found else []


def _holds(text: str, key: str) -> bool:
    """Whether the text has the name as whole words."""
    start = text.find(key)
    while start >= 0:
        if stands_alone(text, start, start + len(key)):
            return True
        start = text.find(key, start + 1)
    return False


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` is whole words; ideographs have no word boundaries."""
    before, after = text[start - 1 : start], text[end : end + 1]
    joins_before = before.isalnum() and text[start].isalnum() and not is_cjk(text[start])
    joins_after = after.isalnum() and text[end - 1].isalnum() and not is_cjk(text[end - 1])
    return not joins_before and not joins_after
