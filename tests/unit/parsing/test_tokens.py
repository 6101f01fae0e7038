import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sqlrag.parsing import tokens

SAMPLES = {
    "english": "The committee will publish its findings on the economy in the second half of "
    "the year, according to people who have read the report. " * 4,
    "russian": "Москва — столица России, город федерального значения, административный центр "
    "Центрального федерального округа. " * 4,
    "chinese": "大模型做导师之技术盲点。从学习项目的角度来看，我建议你先了解异步的基础知识。" * 4,
}


@pytest.fixture
def without_vocabulary(monkeypatch, tmp_path):
    def refuse(*_):
        raise AssertionError("no connection may be opened")

    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(socket.socket, "connect", refuse)
    tokens._find_vocabulary.cache_clear()
    tokens._encoding.cache_clear()
    yield tmp_path
    tokens._find_vocabulary.cache_clear()
    tokens._encoding.cache_clear()


def test_without_vocabulary_tokens_are_estimated_and_it_is_said_once(without_vocabulary, caplog):
    with caplog.at_level(logging.WARNING):
        assert tokens.count_tokens(["", "hello world"]) == [0, 2]
        tokens.count_tokens(["again"])
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "Token counts are estimates"
    ]


def test_threads_that_begin_together_say_it_once(without_vocabulary, caplog, monkeypatch):
    def read_slowly(_: Path) -> bytes:
        time.sleep(0.05)
        return b"damaged"

    monkeypatch.setattr(Path, "read_bytes", read_slowly)
    with caplog.at_level(logging.WARNING), ThreadPoolExecutor(4) as threads:
        assert list(threads.map(tokens.count_tokens, [["hello"]] * 8)) == [[1]] * 8
    assert len(caplog.records) == 1


def test_a_damaged_vocabulary_is_not_downloaded_again(without_vocabulary):
    name = "fb374d419588a4632f3f557e76b4b70aebbca790"
    (without_vocabulary / name).write_bytes(b"not a vocabulary")
    assert tokens.count_tokens(["hello"]) == [1]


@pytest.mark.skipif(not tokens.vocabulary_is_cached(), reason="tiktoken's vocabulary is not here")
@pytest.mark.parametrize("language", SAMPLES)
def test_the_estimate_is_near_the_count(language):
    text = SAMPLES[language]
    (counted,) = tokens.count_tokens([text])
    assert tokens.estimate_tokens(text) == pytest.approx(counted, rel=0.2)


def test_special_tokens_are_plain_text():
    assert tokens.count_tokens(["<|endoftext|>"])[0] > 1
