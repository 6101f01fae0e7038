"""Which parts of a page are read: its content, also what it hides until a click, no furniture."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

SILENT = {
    "script", "style", "noscript", "template", "nav", "svg", "iframe", "object",
    "canvas", "video", "audio", "head", "annotation", "annotation-xml",
}  # fmt: skip
# Read whole by `html_page`: what is in them is no prose.
LEAVES = {"math", "input", "img", "select"}
FURNITURE = {"navigation", "banner", "contentinfo", "search"}
# Hidden for good, or a copy of what is shown.
NEVER_SHOWN = {
    "dialog", "alertdialog", "menu", "menubar", "listbox", "tooltip", "alert", "status",
    "modal", "cookie", "consent", "popup", "dropdown", "offcanvas", "sr-only", "cloned", "clone",
}  # fmt: skip
PANEL = re.compile(r"accordion|collaps|\btab|panel|\bfaq|answer|toggle|disclosure|expand|spoiler")
OPENS = ("aria-controls", "data-bs-target", "data-target")
OPENER = re.compile(r"accordion|collaps|toggle|\bfaq|question|disclosure|spoiler")
TITLES = {"h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt"}
GUTTERS = {
    "linenos", "lineno", "linenodiv", "rouge-gutter", "lnt", "hljs-ln-numbers", "blob-num",
    "linenumber", "line-number", "react-syntax-highlighter-line-number", "headerlink",
    "hash-link", "header-anchor", "anchorjs-link", "mw-editsection",
}  # fmt: skip
SENTENCE = re.compile(r"[.!?…。！？।؟][\"'”’»)]?(?:\s|$)|[。！？]")
MOST_LINKS = 0.5
CLOSE = 4


class Heard:
    """What is read of a page. Text that is hidden counts where it waits for a click: a panel, the
    target of a button, or a block of sentences."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        openers = tree.css(", ".join(f"[{name}]" for name in OPENS))
        targets = (node.attributes.get(name) or "" for node in openers for name in OPENS)
        self._panels = {target.lstrip("#") for named in targets for target in named.split()}

    def walk(self, root: LexborNode) -> Iterator[tuple[str, LexborNode]]:
        """Enter and leave every node that is read; a loop, since pages nest without bound."""
        shown = 0  # the depth of what was hidden and is read: all of it is, and looked at once
        stack = [("enter", root)]
        while stack:
            event, node = stack.pop()
            if event == "shown":
                shown -= 1
                continue
            if event == "enter" and not node.is_text_node:
                tag, attributes = node.tag, node.attributes if node.is_element_node else None
                if attributes is None or self._is_silent(node, tag, attributes):
                    continue
                if not shown and _is_hidden(attributes):
                    if not self._is_panel(node, attributes):
                        continue
                    shown += 1
                    stack.append(("shown", node))
            yield event, node
            if event == "enter" and not node.is_text_node and node.tag not in LEAVES:
                stack.append(("leave", node))
                children = list(node.iter(include_text=True))
                stack.extend(("enter", child) for child in reversed(children))

    def _is_silent(self, node: LexborNode, tag: str | None, attributes: dict[str, Any]) -> bool:
        if tag in SILENT:
            return not (tag == "script" and (attributes.get("type") or "").startswith("math/tex"))
        if tag == "button":
            return not self._is_opener(node, attributes)
        if tag == "footer" and node.parent is not None and node.parent.tag == "body":
            return True
        if not attributes:
            return False
        classes = _classes(attributes)
        if attributes.get("role") in FURNITURE or is_gutter(classes, node.text):
            return True
        if tag == "a" and "#" in (attributes.get("href") or ""):
            return not any(character.isalnum() for character in node.text())
        return tag == "td" and "gutter" in classes

    def _is_opener(self, button: LexborNode, attributes: dict[str, Any]) -> bool:
        """Whether a button is the title of what it opens; others say "Copy" or "Buy"."""
        node = button.parent
        for _ in range(CLOSE):
            if node is None or node.tag in TITLES:
                break
            node = node.parent
        if node is not None and node.tag in TITLES:
            return True
        if attributes.get("role") == "tab" or OPENER.search(attributes.get("class") or ""):
            return True
        opens = any(attributes.get(name) for name in OPENS) or "aria-expanded" in attributes
        return opens and bool(SENTENCE.search(button.text().strip()))

    def _is_panel(self, node: LexborNode, attributes: dict[str, Any]) -> bool:
        words = {attributes.get("role"), *_classes(attributes)}
        if not NEVER_SHOWN.isdisjoint(words):
            return False
        text = node.text()
        linked = sum(len(link.text()) for link in node.css("a"))
        if linked > MOST_LINKS * len(text.strip()):
            return False
        named = attributes.get("id") in self._panels or attributes.get("hidden") == "until-found"
        panel = named or "tabpanel" in words or PANEL.search(attributes.get("class") or "")
        return bool(panel or SENTENCE.search(text))


def is_gutter(classes: Sequence[str], text: Callable[[], str]) -> bool:
    """Whether an element of these classes numbers lines, or links to the title it stands in."""
    return not GUTTERS.isdisjoint(classes) or ("ln" in classes and text().strip().isdecimal())


def _is_hidden(attributes: dict[str, Any]) -> bool:
    return "hidden" in attributes or attributes.get("aria-hidden") == "true"


def _classes(attributes: dict[str, Any]) -> list[str]:
    return (attributes.get("class") or "").split()
