"""What `sqlrag demo` reads and asks: papers of an invented island, and three questions on them."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """A question and the name of the sample that answers it."""

    question: str
    source: str


QUESTIONS = (
    DemoQuestion("How much did electricity and heating cost in 2022?", "annual-report-2022.pdf"),
    DemoQuestion("静井项目的新验潮井有多深，井壁用什么做成？", "quiet-well.zh.txt"),
    DemoQuestion("Сколько призм заменил Павел Орленко?", "lens-restoration.ru.md"),
)


def samples_folder() -> Path:
    return Path(str(files(__name__))) / "samples"
