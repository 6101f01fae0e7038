import pytest

from sqlrag.domain.documents import Heading
from sqlrag.domain.errors import UnreadableDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.parse import parse

MESSAGE = """\
From: =?utf-8?q?=C3=85sa?= Lund <asa@example.org>
To: odo@example.org
Subject: =?iso-8859-1?q?Gr=F6=DFe_der_Lampen?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="M"

--M
Content-Type: multipart/alternative; boundary="A"

--A
Content-Type: text/plain; charset=utf-8

See the page.
--A
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<h1>Depot</h1><p>The depot moves to Hamar in May =E2=80=93 all of it, with the lamp=
s.</p>
--A--
--M
Content-Type: application/octet-stream
Content-Disposition: attachment; filename="stock.csv"
Content-Transfer-Encoding: base64

aXRlbSxxdHkKYm9sdCw1Cg==
--M
Content-Type: image/png
Content-Disposition: attachment; filename="plan.png"
Content-Transfer-Encoding: base64

iVBORw0KGgoAAAANSUhEUgAAAAE=
--M
Content-Type: message/rfc822

From: c@example.org
Subject: Inner

Inner words.
--M--
"""


def read(source: str, name: str):
    return parse(source.encode("latin-1"), name, None, Limits())


@pytest.mark.parametrize("name", ["a.eml", "noname"])
def test_a_message_is_its_subject_its_people_its_body_and_what_is_attached(name):
    parsed = read(MESSAGE, name)
    assert parsed.media_type == "message/rfc822"
    assert parsed.title == "Größe der Lampen"
    assert parsed.text == (
        "Größe der Lampen\n\nFrom: Åsa Lund <asa@example.org>\nTo: odo@example.org\n\nDepot\n\n"
        "The depot moves to Hamar in May – all of it, with the lamps.\n\n\n"
        "Attachment: stock.csv\n\nitem: bolt; qty: 5\n\n\nAttachment: plan.png\n\n\n"
        "Attachment: Inner\n\n\nInner\n\nFrom: c@example.org\n\nInner words."
    )
    for heading in parsed.headings:
        assert parsed.text.startswith(heading.title, heading.char_start)
    assert parsed.headings[1] == Heading(2, "Depot", parsed.text.index("Depot"))
    assert [heading.level for heading in parsed.headings] == [1, 2, 2, 2, 2, 2]


def test_an_attachment_that_cannot_be_read_is_named_and_told():
    (told,) = read(MESSAGE, "a.eml").remarks
    assert told.startswith("the attachment plan.png cannot be read: no parser reads")


def test_the_plain_body_is_taken_where_the_page_says_the_same():
    source = (
        'From: a@b.c\nSubject: x\nContent-Type: multipart/alternative; boundary="A"\n\n--A\n\n'
        "The lamp is lit.\n--A\nContent-Type: text/html\n\n<p>The <b>lamp</b> is lit!</p>\n--A--\n"
    )
    assert read(source, "a.eml").text.endswith("\n\nThe lamp is lit.")


def test_bytes_that_no_header_may_hold_are_read():
    parsed = read("From: a@b.c\nSubject: Café closed\n\nThe café is closed.\n", "a.eml")
    assert parsed.title == "Café closed"
    assert parsed.text.endswith("The café is closed.")


def test_apples_file_is_the_message_between_its_length_and_its_list():
    message = "From: a@b.c\nSubject: Hi\n\nWords.\n"
    assert read(f"{len(message)}\n{message}<plist/>", "1.emlx").text == (
        "Hi\n\nFrom: a@b.c\n\nWords."
    )


def test_each_message_of_a_mailbox_has_its_heading():
    source = (
        "From a@b.c Mon Jan  1 00:00:00 2024\nFrom: a@b.c\nSubject: One\nDate: today\n\n"
        "First.\n>From here on.\n\nFrom d@e.f Tue Jan  2 00:00:00 2024\nFrom: d@e.f\n"
        "Subject: Two\n\nSecond.\n"
    )
    for name in ("a.mbox", "INBOX"):
        parsed = read(source, name)
        assert [heading.title for heading in parsed.headings] == ["One", "Two"]
        assert "First.\nFrom here on.\n\n\nTwo\n\nFrom: d@e.f\n\nSecond." in parsed.text


def test_a_saved_page_is_read_whatever_it_is_called():
    source = (
        "From: <Saved by Blink>\nSubject: FAQ\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related; boundary="B"\n\n--B\nContent-Type: text/html\n'
        "Content-Transfer-Encoding: quoted-printable\n\n<meta charset=3Dutf-8><title>Lantern FAQ"
        "</title><h1>Depot</h1><p>26 months =E2=80=93 no more</p>\n--B\nContent-Type: image/png\n"
        "Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--B--\n"
    )
    for name in ("a.mht", "a.mhtml", "a.doc"):
        parsed = read(source, name)
        assert (parsed.title, parsed.text) == ("Lantern FAQ", "Depot\n\n26 months – no more")


def test_mail_in_mail_without_end_is_refused():
    source = "Content-Type: message/rfc822\n\n" * 3_000 + "Subject: x\n\nDeep."
    with pytest.raises(UnreadableDocument, match=r"^a\.eml .*nested deeper"):
        read(source, "a.eml")


def test_what_is_no_mail_is_refused(limits):
    with pytest.raises(UnreadableDocument, match=r"^a\.mbox cannot be read: it holds no messages"):
        parse(b"Only words.", "a.mbox", None, limits)
    with pytest.raises(UnreadableDocument, match=r"^a\.mht cannot be read: it holds no page"):
        parse(b"Only words.", "a.mht", None, limits)
    # one header alone may be the beginning of a text
    assert parse(b"From: here on\n\nit is a note.", "note", None, limits).media_type == "text/plain"
