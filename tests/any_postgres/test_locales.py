"""Keys of names are stored, so they may not follow the locale of the database."""

import asyncpg

from sqlrag.database.statements import function_files
from tests.support.ssl_server import ssl_server

NAMES = ["ILSE BRANDT", "Ilse Brandt", "İSTANBUL", "I\u0307STANBUL", "ΟΔΟΣ", "Οδός", "ISIL Çelik Ñ"]
LOCALES = {
    "turkish": "LOCALE_PROVIDER icu ICU_LOCALE 'tr' LOCALE 'C.UTF-8'",
    "root": "LOCALE_PROVIDER icu ICU_LOCALE 'und' LOCALE 'C.UTF-8'",
    "plain": "LOCALE 'C.UTF-8'",
}


async def test_a_name_has_one_key_whatever_the_locale(connection):
    ours = [await connection.fetchval("SELECT sqlrag.name_key($1)", name) for name in NAMES]
    assert ours[0] == ours[1] == "ilse brandt"
    assert ours[2] == ours[3] == "istanbul"
    with ssl_server() as server:
        owner = await asyncpg.connect(server.url)
        for name, locale in LOCALES.items():
            await owner.execute(f"CREATE DATABASE {name} TEMPLATE template0 {locale}")
            foreign = await asyncpg.connect(server.url.replace("/postgres", f"/{name}"))
            await foreign.execute("CREATE SCHEMA sqlrag")
            for path in function_files():
                if path.stem in ("fold_case", "name_key"):
                    await foreign.execute(path.read_text())
            keys = [await foreign.fetchval("SELECT sqlrag.name_key($1)", one) for one in NAMES]
            assert keys == ours, name
            if name == "turkish":
                assert await foreign.fetchval("SELECT lower('I')") == "ı"
            await foreign.close()
        await owner.close()
