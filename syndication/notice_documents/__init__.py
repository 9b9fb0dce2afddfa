"""The documents of a notice (通报): annexes, the draft as DOCX, a manifest, a number; docs/notice.md.

    making: freeze the database -> compose (findings, figures, annexes, letter) -> write -> number -> put in place
    checking: the frozen copy -> compose again -> compare

`making.make_notice` and `checking.verify_notice` are what commands and pages call. All that a document says is composed
from one frozen copy and from the records of earlier notices, so that anyone can compose it again.
"""
