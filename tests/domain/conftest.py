"""Every sentence that is said here is whole."""

from tests.sentences import every_sentence_is_whole

__all__ = ["every_sentence_is_whole"]
