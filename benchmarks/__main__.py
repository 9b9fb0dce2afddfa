"""Runs every benchmark, one after the other."""

from __future__ import annotations

import subprocess
import sys

ALL = ("pipeline", "families", "night", "matching", "judging", "evidence", "soak")

for name in ALL:
    print(f"\n== {name}", flush=True)
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)
