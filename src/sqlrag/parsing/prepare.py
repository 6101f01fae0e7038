"""Everything done to a source before models see it; runs in a worker process."""

from dataclasses import replace

from sqlrag.domain.documents import PreparedDocument, Source
from sqlrag.domain.limits import Limits, Splitting
from sqlrag.parsing.languages import detect_language
from sqlrag.parsing.parse import parse, title_of_file
from sqlrag.parsing.splitting import split
from sqlrag.parsing.tokens import count_tokens


def prepare(source: Source, limits: Limits, splitting: Splitting) -> PreparedDocument:
    """Parse, detect the language and split; what the source says of itself wins.

    Raises UnreadableDocument or one of its kinds.
    """
    parsed = parse(source.data, source.file_name, source.media_type, limits)
    title = source.title
    if title is None:
        title = parsed.title or title_of_file(source.file_name) or source.source_key
    parsed = replace(parsed, title=title)
    language = source.language or detect_language(parsed.text)
    return PreparedDocument(parsed, language, split(parsed, splitting, count_tokens))
