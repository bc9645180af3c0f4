#!/bin/sh
# The whole suite: types, lint, unit tests, and the real program with the real engine. Ends in a line `N passed, N failed`.
# Run through npm test, which sets up the packages and the pinned Node.
set -u
passed=0
failed=0

# check NAME COMMAND ...: one check that passes or fails as a whole.
check() {
  name=$1
  shift
  printf '\n== %s\n' "$name"
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); printf 'FAILED: %s\n' "$name"; fi
}

# tests NAME COMMAND ...: a vitest run, whose own counts are added.
tests() {
  name=$1
  shift
  report=$(mktemp)
  printf '\n== %s\n' "$name"
  "$@" --reporter=default --reporter=json --outputFile.json="$report" || true
  counts=$(node -e 'const r = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")); console.log(r.numPassedTests, r.numFailedTests + (r.numFailedTestSuites > 0 && r.numFailedTests === 0 ? r.numFailedTestSuites : 0))' "$report" 2>/dev/null) || counts="0 1"
  rm -f "$report"
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
}

check 'types' tsc --noEmit
check 'lint' sh scripts/lint/biome check --error-on-warnings .
check 'build' node scripts/build.mjs
tests 'unit tests' vitest run
tests 'the real program with the real engine' vitest run --config vitest.e2e.config.ts

printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
