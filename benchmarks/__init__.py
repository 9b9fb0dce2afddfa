"""Speed and memory, as ratios against named rivals measured in the same run. `python -m benchmarks` runs them all."""
