#!/usr/bin/env bash
# The price table against its sources, which pip brings in the releases that are pinned.
#
#   scripts/prices.sh check     nothing is written; exit 1 when the table is stale or differs unreviewed
#   scripts/prices.sh refresh   writes core/data/prices.txt, core/data/output-limits.txt, their licences and core/data/golden.json
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh

case ${1-} in
check) flag=--check ;;
refresh) flag= ;;
*) setup_fail "usage: scripts/prices.sh check|refresh" ;;
esac

# The second source, in the release that differences.txt was reviewed with.
litellm=$(sed -n 's/^LITELLM = "\(.*\)"/\1/p' scripts/prices/compare.py)
need_venv prices-venv -r scripts/prices/requirements.txt
if ! [ -d "$(echo "$venv"/lib/python*/site-packages/"litellm-$litellm.dist-info")" ]; then
    echo "set-up: adding litellm $litellm, for its price list alone"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "litellm==$litellm"
fi

"$venv/bin/python" scripts/prices/derive.py $flag
"$venv/bin/python" scripts/prices/limits.py $flag
"$venv/bin/python" scripts/prices/golden.py $flag
"$venv/bin/python" scripts/prices/compare.py
