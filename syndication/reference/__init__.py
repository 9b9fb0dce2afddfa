"""The documents that are made from the program itself, so that they cannot say something else than it does.

`make docs` (`python -m syndication.reference`) writes them into a checkout; tests/test_docs.py compares them.
"""
