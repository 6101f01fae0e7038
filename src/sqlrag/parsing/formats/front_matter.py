"""What stands above the text of a Markdown file, between lines of `---` (YAML) or `+++` (TOML)."""

import re
import tomllib
from collections.abc import Iterator
from itertools import zip_longest

FRONT_MATTER = re.compile(
    r"\A(---|\+\+\+)[ \t]*\n(.*?)^(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
YAML_KEY = re.compile(r"^([^\W\d][\w -]{0,60}?)[ \t]*:(?=[ \t\n]|$)", re.MULTILINE)
COMMENT = re.compile(r"(?:^|[ \t])#.*$", re.MULTILINE)
# Said to a site generator, not to a reader.
# What a title is called in the languages that the text search configurations are of.
_TITLES = """title titre titel título titulo títol titolo titlu tittel otsikko rubrik tytuł cím
başlık judul název naslov pavadinimas заголовок название назва τίτλος عنوان שם शीर्षक
标题 標題 タイトル 題名 제목"""
TITLES = frozenset(_TITLES.split())
TECHNICAL = {
    "aliases", "cover", "cssclass", "cssclasses", "draft", "excerpt_separator", "featured_image",
    "has_children", "hide", "hide_title", "icon", "id", "image", "layout", "math", "mathjax",
    "menu", "nav_exclude", "nav_order", "order", "output", "permalink", "position", "prev", "next",
    "publish", "published", "redirect_from", "sidebar", "slug", "template", "theme", "thumbnail",
    "toc", "type", "uid", "url", "uuid", "weight",
}  # fmt: skip
PREFIXES = ("sidebar_", "toc_", "pagination_", "hide_", "og_", "twitter_")


def take_front_matter(text: str) -> tuple[str | None, str]:
    """The title, and the text with what else a reader may ask for as its first paragraph.

    A thematic break is no front matter, nor is what TOML cannot read.
    """
    front = FRONT_MATTER.match(text)
    if front is None:
        return None, text
    try:
        fields = dict(_of_yaml(front[2]) if front[1] == "---" else _of_toml(front[2]))
    except tomllib.TOMLDecodeError:
        return None, text
    if not fields:
        return None, text
    title = next((said for key, said in fields.items() if key.lower() in TITLES), None)
    told = [f"{key}: {said}" for key, said in fields.items() if said and not _is_silent(key)]
    paragraph = "\n".join(told) + "\n\n" if told else ""
    return title or None, paragraph + text[front.end() :].lstrip("\n")


def _is_silent(key: str) -> bool:
    name = key.lower()
    return name in TITLES or name in TECHNICAL or name.startswith(PREFIXES)


def _of_yaml(text: str) -> Iterator[tuple[str, str]]:
    """The keys of the first level and their values in one line: enough of YAML to be found by."""
    keys = list(YAML_KEY.finditer(text))
    if COMMENT.sub("", text[: keys[0].start() if keys else None]).strip():
        return
    for key, following in zip_longest(keys, keys[1:]):
        body = text[key.end() : following.start() if following else len(text)].strip()
        if body[:1] in ("|", ">"):
            body = body.partition("\n")[2]
        elif body[:1] not in ("'", '"'):
            body = COMMENT.sub("", body)
        items = [item.strip().removeprefix("- ") for item in body.split("\n") if item.strip("- \t")]
        between = ", " if body.lstrip().startswith("- ") else " "
        yield key[1], _unquoted(between.join(map(_unquoted, items)))


def _unquoted(value: str) -> str:
    value = value.strip()
    if value[:1] == "[" and value[-1:] == "]":
        return ", ".join(part.strip(" []{}'\"") for part in value.split(","))
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _of_toml(text: str) -> Iterator[tuple[str, str]]:
    for key, value in tomllib.loads(text).items():
        yield key, ", ".join(_leaves(value))


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _leaves(part)
    else:
        yield " ".join(str(value).split())
