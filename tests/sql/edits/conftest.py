from tests.sql.graph.conftest import filled

__all__ = ["filled"]
