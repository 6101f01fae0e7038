"""Zip archives that formats of Office and e-books are, and the XML in them."""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from xml.etree import ElementTree

from sqlrag.domain.errors import DocumentTooLarge, UnreadableDocument
from sqlrag.parsing.refusals import unreadable

# Programs' own files unpack to some ten times their size; text can reach a hundred, a bomb a
# thousand.
MOST_UNPACKED = 512 * 2**20
HIGHEST_RATIO = 200
HARMLESS = 16 * 2**20


def open_archive(data: bytes, kind: str) -> zipfile.ZipFile:
    """Refuse what is no archive, and what unpacks to more than a document could hold.

    The sizes an archive declares may lie, so its members are also unpacked once, piece by piece,
    without keeping them.
    """
    with broken_as(kind):
        archive = zipfile.ZipFile(BytesIO(data))
        _check_size(sum(member.file_size for member in archive.infolist()), len(data))
        unpacked = 0
        for member in archive.infolist():
            if member.flag_bits & 1:
                raise unreadable("it is protected by a password", "save it without one")
            with archive.open(member) as stream:
                while piece := stream.read(2**20):
                    unpacked += len(piece)
                    _check_size(unpacked, len(data))
        return archive


@contextmanager
def broken_as(kind: str) -> Iterator[None]:
    try:
        yield
    except RecursionError:  # told by `parse`
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, RuntimeError, NotImplementedError,
            ElementTree.ParseError) as error:  # fmt: skip
        raise broken(kind) from error


def broken(kind: str) -> UnreadableDocument:
    return unreadable(
        f"it is a broken or incomplete {kind}",
        "check that it opens in its own program, and upload it again",
    )


def read_xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """Raises KeyError and ParseError; UnreadableDocument for entities, which could multiply."""
    source = archive.read(name)
    if b"<!ENTITY" in source[:10_000]:
        raise unreadable("its XML defines entities", "save it anew in its own program")
    return ElementTree.fromstring(source)  # noqa: S314  without entities


def name_of(element: ElementTree.Element) -> str:
    """Without its space."""
    return element.tag.rpartition("}")[2]


def child_of(element: ElementTree.Element | None, *names: str) -> ElementTree.Element | None:
    """The first child of a name, and its first of the next name."""
    for name in names:
        children = element if element is not None else ()
        element = next((child for child in children if name_of(child) == name), None)
    return element


def value_of(element: ElementTree.Element | None, key: str = "val") -> str | None:
    """The value of an attribute, whatever its space."""
    attributes = element.attrib.items() if element is not None else ()
    return next((value for name, value in attributes if name.rpartition("}")[2] == key), None)


def read_relations(
    archive: zipfile.ZipFile, name: str, external: bool = False
) -> dict[str, tuple[str, str]]:
    """The parts of a package that one refers to: by id, its kind and its name."""
    folder, file = posixpath.split(name)
    try:
        root = read_xml(archive, posixpath.join(folder, "_rels", f"{file}.rels"))
    except KeyError:
        return {}
    return {
        one.get("Id", ""): (
            one.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/"),
        )
        for one in root
        if external or one.get("TargetMode") != "External"
    }


def _check_size(unpacked: int, packed: int) -> None:
    if unpacked > min(MOST_UNPACKED, max(HARMLESS, HIGHEST_RATIO * packed)):
        raise DocumentTooLarge(
            f"cannot be read: it unpacks to more than {unpacked // 2**20:,} MiB from "
            f"{packed / 2**20:.1f} MiB, as a zip bomb does; save it anew in its own program."
        )
