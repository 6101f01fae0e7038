"""Lets the user that root's server runs as reach a home or programs under a closed folder."""

import os
import stat
import struct
from pathlib import Path

from sqlrag.domain.errors import DatabaseError

# Linux, acl(5) and include/uapi/linux/posix_acl_xattr.h: a version, then tag, permissions and id.
_LIST, _VERSION, _ENTRY = "system.posix_acl_access", struct.pack("<I", 2), "<HHI"
_OWNER, _USER, _GROUP, _MASK, _OTHERS, _NOBODY = 1, 2, 4, 16, 32, 0xFFFFFFFF
_MAY_PASS = 1


def open_way(path: Path, uid: int) -> None:
    """Let one user pass through the folders above a path, which he may not list, and no other."""
    for folder in path.parents:
        found = folder.stat()
        if found.st_uid == uid or found.st_mode & stat.S_IXOTH:
            continue
        try:
            _let_pass(folder, uid, found.st_mode)
        except (OSError, AttributeError) as error:  # no such lists there
            raise DatabaseError(
                f"Postgres does not run as root, and the user that it runs as may not pass through "
                f"{folder}; set SQLRAG_HOME to a folder open to all, or: chmod o+x '{folder}'"
            ) from error


def _let_pass(folder: Path, uid: int, mode: int) -> None:
    try:
        entries = {(tag, who): may for tag, may, who in _read_list(folder)}
    except OSError:  # it has none yet
        parts = ((_OWNER, 6), (_GROUP, 3), (_OTHERS, 0))
        entries = {(tag, _NOBODY): mode >> shift & 7 for tag, shift in parts}
        entries[_MASK, _NOBODY] = mode >> 3 & 7
    entries[_USER, uid] = entries.get((_USER, uid), 0) | _MAY_PASS
    entries[_MASK, _NOBODY] = entries.get((_MASK, _NOBODY), 0) | _MAY_PASS
    rows = (struct.pack(_ENTRY, tag, may, who) for (tag, who), may in sorted(entries.items()))
    os.setxattr(folder, _LIST, _VERSION + b"".join(rows))


def _read_list(folder: Path) -> list[tuple[int, ...]]:
    return list(struct.iter_unpack(_ENTRY, os.getxattr(folder, _LIST)[len(_VERSION) :]))
