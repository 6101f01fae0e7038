"""Calendars and address cards: each event or card a paragraph of `name: value` lines."""

import quopri
import re
from collections.abc import Iterator

from sqlrag.domain.documents import ParsedDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.formats.text import clean, read_text
from sqlrag.parsing.refusals import check_length, unreadable

# What people wrote; identifiers, pictures and rules of time zones say nothing to search for.
TOLD = {
    "SUMMARY": "Summary", "DTSTART": "Start", "DTEND": "End", "DUE": "Due", "DURATION": "Duration",
    "RRULE": "Repeats", "LOCATION": "Location", "ORGANIZER": "Organizer", "ATTENDEE": "Attendee",
    "STATUS": "Status", "CATEGORIES": "Categories", "DESCRIPTION": "Description",
    "COMMENT": "Comment", "CONTACT": "Contact", "URL": "URL", "ATTACH": "Attachment", "FN": "Name",
    "NICKNAME": "Nickname", "ORG": "Organization", "TITLE": "Title", "ROLE": "Role",
    "EMAIL": "Email", "TEL": "Telephone", "ADR": "Address", "BDAY": "Birthday", "NOTE": "Note",
    "X-WR-CALNAME": "Calendar",
}  # fmt: skip
ORDER = {name: place for place, name in enumerate(TOLD)}
SILENT = {"VTIMEZONE", "VALARM"}
LINE = re.compile(r"(?:[\w-]+\.)?([\w-]+)((?:;[^:;\"]*(?:\"[^\"]*\"[^:;\"]*)*)*):(.*)", re.DOTALL)
ESCAPED = re.compile(r"\\([\\;,nN])")
MOMENT = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?\d\d)?(Z?))?")
NAME = re.compile(r";CN=(?:\"([^\"]+)\"|([^;]+))", re.IGNORECASE)
ZONE = re.compile(r";TZID=\"?/?([^\";]+)", re.IGNORECASE)


def parse_cards(data: bytes, file_name: str, limits: Limits) -> ParsedDocument:
    source = read_text(data)
    if "BEGIN:" not in source.upper():
        raise unreadable("it holds no calendar and no cards", "export it again")
    paragraphs = check_length(_paragraphs(source), "\n\n", limits.max_text_chars)
    kind = "text/vcard" if "BEGIN:VCARD" in source.upper() else "text/calendar"
    return ParsedDocument(clean("\n\n".join(paragraphs)), kind)


def _paragraphs(source: str) -> Iterator[str]:
    """One for each event, task or card, by the order of what is told."""
    lines: dict[str, int] = {}
    open_parts: list[str] = []
    soft = r"|=\n(?=[^\n])" if "QUOTED-PRINTABLE" in source.upper() else ""
    for line in re.sub(rf"\n[ \t]{soft}", "", source).split("\n"):
        found = LINE.fullmatch(line.strip())
        if found is None:
            continue
        name, parameters, value = found[1].upper(), found[2], found[3]
        if name == "BEGIN":
            open_parts.append(value.upper())
        elif name == "END" and open_parts:
            open_parts.pop()
        elif name in TOLD and SILENT.isdisjoint(open_parts):
            if told := _value(name, parameters, value):
                lines[f"{TOLD[name]}: {told}"] = ORDER[name]
            continue
        if lines and (name == "END" or open_parts[-1] not in SILENT):
            yield "\n".join(sorted(lines, key=lines.__getitem__))
            lines = {}
    if lines:
        yield "\n".join(sorted(lines, key=lines.__getitem__))


def _value(name: str, parameters: str, value: str) -> str:
    said = parameters.upper()
    if "BASE64" in said or "ENCODING=B" in said or value.startswith("data:"):
        return ""
    if "QUOTED-PRINTABLE" in said:
        value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
    if name in ("ORGANIZER", "ATTENDEE"):
        person, address = NAME.search(parameters), re.sub("(?i)^mailto:", "", value)
        return f"{person[1] or person[2]} <{address}>" if person else address
    if name in ("DTSTART", "DTEND", "DUE", "BDAY") and (moment := MOMENT.fullmatch(value)):
        year, month, day, hour, minute, utc = moment.groups()
        zone = ZONE.search(parameters)
        place = " UTC" if utc else f" {zone[1]}" if zone else ""
        return f"{year}-{month}-{day}" + (f" {hour}:{minute}{place}" if hour else "")
    if name in ("ADR", "ORG"):
        value = ", ".join(part for part in re.split(r"(?<!\\);", value) if part.strip())
    return ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()
