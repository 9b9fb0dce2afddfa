"""The inspectors' workbench: pages of our own, from the rate of a quarter down to the archived page.

Each page is a function that takes the picks of its address (`picking`), reads within one transaction (`pages`), and
renders a template. No page needs a script; drawings are SVG made here (`drawing`).
"""
