"""What the offline answerer says itself, in the language of the question's script."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """`introduction` stands above quotes; `unknown` alone; `bypass` where nothing was searched."""

    introduction: str
    unknown: str
    bypass: str


ENGLISH = Phrases(
    "Quotes from your documents (no model is configured; set OPENAI_API_KEY for written answers):",
    "I cannot find an answer to this in the documents.",
    "No model is configured, so there is nothing to chat with; set OPENAI_API_KEY, or ask your"
    " documents with mode naive.",
)
RUSSIAN = Phrases(
    "Цитаты из ваших документов (модель не настроена; для связных ответов задайте OPENAI_API_KEY):",
    "В документах я не нахожу ответа на этот вопрос.",
    "Модель не настроена, и отвечать некому; задайте OPENAI_API_KEY или спросите документы в"
    " режиме naive.",
)
CHINESE = Phrases(
    "以下为文档原文摘录（未配置模型；设置 OPENAI_API_KEY 可获得完整回答）：",
    "在文档中找不到这个问题的答案。",
    "未配置模型，无法直接对话；请设置 OPENAI_API_KEY，或用 naive 模式查询文档。",
)

_KANA_OR_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_HAN = re.compile("[\u4e00-\u9fff]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")


def choose_phrases(question: str) -> Phrases:
    """By the script that most of the question's letters belong to; English where none fits."""
    if _KANA_OR_HANGUL.search(question):
        return ENGLISH
    han, cyrillic = len(_HAN.findall(question)), len(_CYRILLIC.findall(question))
    latin = sum(c.isascii() and c.isalpha() for c in question)
    if han and han * 3 >= latin:
        return CHINESE
    return RUSSIAN if cyrillic > latin else ENGLISH
