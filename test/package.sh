#!/usr/bin/env bash
# The packed package, installed into an empty folder, runs.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tarball=$(cd "$root" && npm run --silent package -- --silent --pack-destination "$work" | tail -n 1)
cd "$work"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --loglevel=error "./$tarball"
help=$(npx sealfarm --help)
[[ $help == *'Usage: sealfarm'* ]]
npx sealfarm --version
npx sealfarm validate --config node_modules/sealfarm/examples/storage-groups/sealfarm.yaml
