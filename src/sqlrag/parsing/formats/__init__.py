"""The formats that can be read: a new one is its file in this folder and its entry here."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.limits import Limits

# How the formats of Office before 2007 begin, and locked ones of today.
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
RTF = b"{\\rtf"
Parser = Callable[[bytes, str, Limits], ParsedDocument]


@dataclass(frozen=True, slots=True)
class Format:
    """How files of a format are told, and the module that reads them, with its `parse_<name>`.

    A parser is given the bytes, the name of the file and the limits; it raises UnreadableDocument
    or one of its kinds, made by `refusals`.
    """

    name: str
    module: str
    suffixes: str
    media_types: str

    def load(self) -> Parser:
        """Imported when first needed: a text file should not wait for pdfium."""
        module = import_module(f"{__name__}.{self.module}")
        parser: Parser = getattr(module, f"parse_{self.name}")
        return parser


SOURCES = (
    "txt text log rst adoc org tex srt vtt py pyi js mjs ts tsx jsx java kt scala c h cc cpp hpp "
    "cs go rs rb php pl lua r jl swift m sh bash zsh ps1 bat sql yaml yml toml ini cfg conf env "
    "properties xml xsl css scss less vue proto graphql tf gradle cmake diff patch"
)
SOURCE_TYPES = (
    "application/xml application/yaml application/toml application/sql application/javascript "
    "application/x-sh"
)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet application/vnd.ms-excel "
    "application/vnd.oasis.opendocument.spreadsheet"
)
POWERPOINT = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
# What kreuzberg reads, an extra, by the suffixes and media types it knows.
OPEN, MICROSOFT = "application/vnd.oasis.opendocument", "application/vnd.ms"
OLD = {"doc", "dot", "ppt", "msg", "xls"}  # of OLE
OTHERS = {
    "doc": "application/msword",
    "dot": "application/msword",
    "ppt": f"{MICROSOFT}-powerpoint",
    "msg": f"{MICROSOFT}-outlook",
    "fb2": "application/x-fictionbook+xml",
    "hwp": "application/x-hwp",
    "docbook": "application/docbook+xml",
    "opml": "text/x-opml",
}
LINES = "application/x-ndjson application/ndjson application/jsonl application/x-jsonlines"
FORMATS = (
    Format("text", "text", SOURCES, SOURCE_TYPES),
    Format("markdown", "markdown", "md markdown mdx mkd", "text/markdown text/x-markdown"),
    Format("html", "html", "html htm xhtml", "text/html application/xhtml+xml"),
    Format("pdf", "pdf", "pdf", "application/pdf application/x-pdf"),
    Format("docx", "docx", "docx", WORD),
    Format("workbook", "sheets", "xlsx xlsm xltx xltm xlsb xls ods", EXCEL),
    Format("slides", "slides", "pptx pptm ppsx potx", POWERPOINT),
    Format("epub", "epub", "epub", "application/epub+zip"),
    Format("odt", "opendocument", "odt ott", f"{OPEN}.text {OPEN}.text-template"),
    Format("odp", "opendocument", "odp otp", f"{OPEN}.presentation {OPEN}.presentation-template"),
    Format("rtf", "rtf", "rtf", "application/rtf text/rtf"),
    Format("mail", "mail", "eml emlx", "message/rfc822"),
    Format("mbox", "mail", "mbox", "application/mbox"),
    Format("mhtml", "mail", "mht mhtml", "multipart/related application/x-mimearchive"),
    Format("notebook", "notebook", "ipynb", "application/x-ipynb+json"),
    Format("cards", "cards", "ics ical ifb vcs vcf vcard", "text/calendar text/vcard text/x-vcard"),
    Format("svg", "drawing", "svg", "image/svg+xml"),
    Format("other", "others", " ".join(OTHERS), " ".join({*OTHERS.values()})),
    Format("csv", "tabular", "csv tsv tab", "text/csv application/csv text/tab-separated-values"),
    Format("json", "tabular", "json", "application/json"),
    Format("jsonl", "tabular", "jsonl ndjson", LINES),
)
BY_NAME = {known.name: known for known in FORMATS}
BY_SUFFIX = {suffix: known for known in FORMATS for suffix in known.suffixes.split()}
BY_MEDIA_TYPE = {media: known for known in FORMATS for media in known.media_types.split()}


def list_suffixes() -> list[str]:
    """Of files that are read, as far as their names tell; what an extra reads where it is there."""
    has_extra = find_spec("kreuzberg") is not None
    return sorted(one for one, known in BY_SUFFIX.items() if known.name != "other" or has_extra)
