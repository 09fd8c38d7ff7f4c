"""Marks sentences of help pages for the catalogue; they are translated when they are shown."""


def _(sentence: str) -> str:
    return sentence
