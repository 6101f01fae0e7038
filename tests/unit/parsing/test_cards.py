import pytest

from sqlrag.domain.errors import UnreadableDocument
from sqlrag.parsing.parse import parse

CALENDAR = """\
BEGIN:VCALENDAR
X-WR-CALNAME:Depot
BEGIN:VTIMEZONE
BEGIN:STANDARD
DTSTART:19701025T030000
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:17
DTSTART;TZID=Europe/Oslo:20240603T100000
DTEND:20240603T090000Z
SUMMARY:Lamp repair\\, depot 14
DESCRIPTION:Bring the key.\\nMara knows whe
 re it is.
ORGANIZER;CN="Quill; Mara":mailto:mara@example.org
ATTENDEE:MAILTO:odo@example.org
BEGIN:VALARM
DESCRIPTION:Reminder
END:VALARM
END:VEVENT
BEGIN:VTODO
DUE;VALUE=DATE:20240501
SUMMARY:Oil
END:VTODO
END:VCALENDAR
"""
CARDS = """\
BEGIN:VCARD
VERSION:3.0
N:Quill;Mara;;;
FN:Mara Quill
item1.EMAIL;TYPE=WORK:mara@example.org
ADR:;;Main St 1;Hamar;;2317;Norway
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ
END:VCARD
BEGIN:VCARD
VERSION:2.1
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=85sa=
=20Lund
END:VCARD
"""


@pytest.mark.parametrize("name", ["a.ics", "noname"])
def test_each_event_is_a_paragraph_of_what_people_wrote(name, limits):
    parsed = parse(CALENDAR.replace("\n", "\r\n").encode(), name, None, limits)
    assert parsed.text == (
        "Calendar: Depot\n\nSummary: Lamp repair, depot 14\nStart: 2024-06-03 10:00 Europe/Oslo\n"
        "End: 2024-06-03 09:00 UTC\nOrganizer: Quill; Mara <mara@example.org>\n"
        "Attendee: odo@example.org\nDescription: Bring the key.\nMara knows where it is.\n\n"
        "Summary: Oil\nDue: 2024-05-01"
    )


def test_each_card_is_a_paragraph_without_its_picture(limits):
    assert parse(CARDS.encode(), "a.vcf", None, limits).text == (
        "Name: Mara Quill\nEmail: mara@example.org\nAddress: Main St 1, Hamar, 2317, Norway\n\n"
        "Name: Åsa Lund"
    )


def test_what_is_no_calendar_is_refused(limits):
    with pytest.raises(UnreadableDocument, match="it holds no calendar and no cards"):
        parse(b"words", "a.ics", None, limits)
