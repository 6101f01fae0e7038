"""Takes what a model thinks out of what it answers."""

import re
from dataclasses import dataclass

_NAMES = r"(?:\w{1,9}:)?(?:think(?:ing)?|thoughts?|reasoning)"
# Not where a text speaks of a tag: in quotation marks or as code.
_TAG = re.compile(
    rf"(?<![`'\"“«])(?:(?P<open><{_NAMES}>|\[THINK\]|◁think▷)|</{_NAMES}>|\[/THINK\]|◁/think▷)",
    re.IGNORECASE,
)
_PART_OF_TAG = re.compile(r"[<\[◁][^>\]▷\s]{0,24}\Z")
_LONGEST_TAG = 26
# How models begin to think where the tag that opens it stands in their prompt.
_THINKS = re.compile(
    r"(?:okay|alright|hmm+|hm,|let me |let's |wait,|the user (?:is ask|ask|want)"
    r"|(?:we|i) (?:need|have) to |用户|好的?，|嗯，|首先，|хорошо, |так, )",
    re.IGNORECASE,
)
_JSON = re.compile(r"\s*(?:\{|\[[\s{\"\d]|```)")
_OPENING = 24  # characters that are read before the first is given


@dataclass
class Thoughts:
    """Takes pieces of a reply and gives back those of the answer.

    Thoughts stand between tags. Where the first tag is missing, all before the last one is thought:
    a reply that begins like a thought, and any with `are_untagged`, is held back until then. Where
    a tag comes too late for that, `came_late` says that what was given is none of the answer.
    """

    are_untagged: bool = False
    came_late: bool = False
    _last: str = " "  # the character before what is held
    _held: str = ""
    _seen: int = 0  # characters of it, in which no tag is
    _depth: int = 0
    _opening: str | None = ""  # of the answer, until some of it is given
    _may_think: bool = True

    def feed(self, piece: str, ends: bool = False) -> str:
        """What can be given so far; at the end, the rest."""
        text, place, seen = self._last + self._held + piece, 1, 1 + self._seen
        given = list[str]()
        while tag := _TAG.search(text, seen):
            seen = tag.end()
            if tag["open"]:
                if not self._depth:
                    given.append(text[place : tag.start()])
                    place = tag.start()
                self._depth += 1
                continue
            if not self._depth:
                self._forget()
                given.clear()
            self._depth = max(0, self._depth - 1)
            place, self._may_think = (place if self._depth else seen), False
        if not self._depth:
            part = None if ends else _PART_OF_TAG.search(text, place)
            until = part.start() if part else len(text)
            given.append(text[place:until])
            place = seen = until
        elif ends and (self._opening != "" or "".join(given).strip()):
            given.append(text[place:])  # an answer that speaks of tags
        self._last, self._held = text[place - 1], text[place:]
        self._seen = max(0, seen - place, len(self._held) - _LONGEST_TAG if self._depth else 0)
        return self._give("".join(given), ends)

    def _forget(self) -> None:
        self.came_late = self.came_late or self._opening is None
        self.are_untagged, self._opening = True, ""

    def _give(self, text: str, ends: bool) -> str:
        if self._opening is None:
            return text
        self._opening = (self._opening + text).lstrip()
        waits = self._may_think and (
            self.are_untagged or len(self._opening) < _OPENING or _THINKS.match(self._opening)
        )
        if not self._opening or (waits and not ends):
            return ""
        text, self._opening = self._opening, None
        return text


def strip_thoughts(text: str) -> str:
    """A reply without what the model thought before it, or in between; JSON may speak of tags."""
    return text if _JSON.match(text) else Thoughts().feed(text, ends=True)
