#!/usr/bin/env bash
# The wheel alone, in an empty environment: it must hold everything, see exactly its own spiders, run the demo and serve.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

.venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps -w "$work/wheel" .
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$(ls "$work"/wheel/*.whl)[alerts]"
for file in deploy/*; do cmp "$file" "$work/venv/share/syndication/${file#deploy/}"; done
test -f "$work/venv/share/doc/policy-syndication/docs/when-it-fails.md"
cd "$work"
export PATH="$work/venv/bin:$PATH"
syndication --help >/dev/null
syndication init "$work/data" >/dev/null
wanted=$(python -c 'from syndication.crawl import SPIDERS; print(*SPIDERS)')
seen=$(SCRAPY_SETTINGS_MODULE=syndication.settings scrapy list | tr '\n' ' ')
if [ "$seen" != "$wanted " ]; then echo "the wheel's spiders are '$seen', not '$wanted'" >&2; exit 1; fi
syndication demo --data "$work/demo"
port=$((20000 + RANDOM % 20000))
syndication serve --data "$work/demo" --port "$port" >"$work/serve.log" 2>&1 &
server=$!
for _ in $(seq 60); do
  if python - "$port" <<'PY'
import sys, urllib.request
try:
    page = urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/", timeout=5).read().decode()
except OSError:
    sys.exit(1)
sys.exit(0 if "转载" in page else 1)
PY
  then
    echo "The wheel installs, runs the demo and serves."
    exit 0
  fi
  sleep 0.5
done
cat "$work/serve.log"
echo "The installed wheel did not serve." >&2
exit 1
