"""Policy syndication monitor: did each portal republish each State Council release in time, and how do we know?

The flow (see docs/design.md): registry and rules -> spiders -> items -> pipelines -> store -> matching -> judging
-> publish (Datasette) and notices (CSV). Each step is a command that can be repeated without harm.
"""

__version__ = "0.1.0"
