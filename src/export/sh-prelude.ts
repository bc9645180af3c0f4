/** What every exported script begins with: a few small functions, in POSIX shell, that the steps are made of. */
export const shellPrelude = String.raw`
say() { printf '%s\n' "$*" >&2; }
fail() {
  say "failed: $*"
  exit 1
}

# Runs a command as root; sudo asks for a password where it needs one.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -- "$@"; fi
}
as_user() { "$@"; }
# Who carries out the step at hand: as_user or as_root.
as=as_user

# step AS NAME TITLE: does what is not done yet, and checks afterwards that it is in effect.
step() {
  as=$1
  say "== $3"
  if "done_$2"; then
    say "   was done before"
    return 0
  fi
  "do_$2"
  "verify_$2" || fail "$3: carried out, and not in effect"
}

# optional_step: the same, and a failure does not end the script.
optional_step() {
  set +e
  (
    set -e
    step "$@"
  )
  result=$?
  set -e
  [ "$result" -eq 0 ] || say "   failed; it goes on without"
}

quietly() { "$@" >/dev/null 2>&1; }

# prints TEXT COMMAND...: true where the command succeeds and its output has the text in it.
prints() {
  wanted=$1
  shift
  output=$("$@" 2>&1) || return 1
  case $output in *"$wanted"*) return 0 ;; esac
  return 1
}

has_line() { quietly "$as" grep -Fxq -- "$2" "$1"; }
has_sha256() { [ "$("$as" sha256sum "$1" 2>/dev/null | cut -c 1-64)" = "$2" ]; }
# has_content PATH FUNCTION: the file is exactly what the function prints.
has_content() { "$2" | "$as" cmp -s - "$1"; }

# write_file PATH MODE FUNCTION
write_file() {
  "$as" mkdir -p -- "$(dirname -- "$1")"
  (umask 077 && "$3" | "$as" tee -- "$1.rigup-new" >/dev/null)
  "$as" chmod "$2" "$1.rigup-new"
  "$as" mv -f -- "$1.rigup-new" "$1"
}

# make_key PATH: a random key that only its owner can read, where there is none.
make_key() {
  if "$as" test -e "$1"; then return 0; fi
  "$as" mkdir -p -- "$(dirname -- "$1")"
  (umask 077 && head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n' | "$as" tee -- "$1.rigup-new" >/dev/null)
  "$as" chmod 600 "$1.rigup-new"
  "$as" mv -f -- "$1.rigup-new" "$1"
}

# add_line PATH LINE [COMMAND that must accept PATH.rigup-new...]
add_line() {
  file=$1 line=$2
  shift 2
  if has_line "$file" "$line"; then return 0; fi
  if "$as" test -e "$file"; then "$as" cp -p -- "$file" "$file.rigup-new"; else : | "$as" tee -- "$file.rigup-new" >/dev/null; fi
  if [ -n "$("$as" tail -c 1 "$file.rigup-new")" ]; then printf '\n' | "$as" tee -a -- "$file.rigup-new" >/dev/null; fi
  printf '%s\n' "$line" | "$as" tee -a -- "$file.rigup-new" >/dev/null
  if [ "$#" -gt 0 ]; then
    "$as" "$@" >&2 || {
      "$as" rm -f -- "$file.rigup-new"
      fail "the new $file was not accepted, so the old one stays"
    }
  fi
  "$as" mv -f -- "$file.rigup-new" "$file"
}

remove_line() {
  if ! has_line "$1" "$2"; then return 0; fi
  "$as" cp -p -- "$1" "$1.rigup-new"
  { "$as" grep -Fxv -- "$2" "$1" || true; } | "$as" tee -- "$1.rigup-new" >/dev/null
  "$as" mv -f -- "$1.rigup-new" "$1"
}

remove() {
  case $1 in '' | / | "$HOME" | [!/]*) fail "$1 is not removed" ;; esac
  "$as" rm -rf -- "$1"
}

# index_url INDEX PROJECT FILE: where a Python package index (PEP 503) has a file.
index_url() {
  page=${'$'}{1%/}/$2/
  listing=$page
  case $page in file:*) listing=$page'index.html' ;; esac
  name=$(printf '%s' "$3" | sed 's/[].[*^$\/]/\\&/g')
  link=$(curl -fsSL -H 'Accept: text/html' "$listing" | tr '<' '\n' | sed -n "s/^a .*href=\"\([^\"#]*\)[^\"]*\".*>$name\$/\1/p" | sed 's/&amp;/\&/g' | head -n 1)
  case $link in
    '') return 1 ;;
    *://*) printf '%s\n' "$link" ;;
    /*) printf '%s%s\n' "$(printf '%s' "$page" | sed 's#^\([a-z]*://[^/]*\).*#\1#')" "$link" ;;
    *) printf '%s%s\n' "$page" "$link" ;;
  esac
}

# fetch PATH SHA256 URL: goes on where an earlier attempt ended; what does not match is thrown away.
fetch() {
  [ -n "$3" ] || return 1
  "$as" mkdir -p -- "$(dirname -- "$1")"
  "$as" curl -fL --retry 3 -C - -sS -o "$1.part" "$3" || return 1
  if has_sha256 "$1.part" "$2"; then
    "$as" mv -f -- "$1.part" "$1"
    return 0
  fi
  "$as" rm -f -- "$1.part"
  say "   $3 is not the file that was expected"
  return 1
}

# extract ARCHIVE MEMBER PATH MODE: one file of a zip archive.
extract() {
  "$as" mkdir -p -- "$(dirname -- "$3")"
  if command -v unzip >/dev/null 2>&1; then
    "$as" unzip -p "$1" "$2" | "$as" tee -- "$3.rigup-new" >/dev/null
  else
    command -v python3 >/dev/null 2>&1 || fail "unzip or python3 is needed to open $1"
    "$as" python3 -c 'import shutil, sys, zipfile
shutil.copyfileobj(zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]), sys.stdout.buffer)' "$1" "$2" | "$as" tee -- "$3.rigup-new" >/dev/null
  fi
  "$as" chmod "$4" "$3.rigup-new"
  "$as" mv -f -- "$3.rigup-new" "$3"
}
`.trim()

/** What a script needs besides when it starts engines. */
export const shellServePrelude = String.raw`
# The engine at hand; ended with the script unless it is to stay.
engine=''
engine_log=''
# The shell lets what it starts in the background ignore SIGINT, by which engines are stopped in order.
interruptible=''
if quietly env --default-signal=INT true; then interruptible='--default-signal=INT'; fi
stop_engine() {
  [ -n "$engine" ] || return 0
  kill -INT "$engine" 2>/dev/null || true
  patience=40
  while kill -0 -- "-$engine" 2>/dev/null && [ "$patience" -gt 0 ]; do
    patience=$((patience - 1))
    [ "$patience" -ne 20 ] || kill -TERM -- "-$engine" 2>/dev/null || true
    sleep 1
  done
  kill -KILL -- "-$engine" 2>/dev/null || true
  wait "$engine" 2>/dev/null || true
  engine=''
}
# end_as_whole: once the engine is in a control group of its own, the kernel ends all of it where it ends one of its processes.
end_as_whole() {
  patience=30
  while [ "$patience" -gt 0 ]; do
    patience=$((patience - 1))
    group=$(sed -n 's/^0:://p' "/proc/$engine/cgroup" 2>/dev/null) || return 0
    if [ "$group" != "$(sed -n 's/^0:://p' "/proc/$$/cgroup")" ]; then
      echo 1 2>/dev/null >"/sys/fs/cgroup$group/memory.oom.group" || say "   the kernel ends only single processes of the engine"
      return 0
    fi
    sleep 1
  done
}
trap stop_engine EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# api PATH [curl arguments...]: asks the engine; the key goes through standard input, where nobody sees it.
api() {
  route=$1
  shift
  if [ -n "$key_file" ]; then
    printf 'header = "Authorization: Bearer %s"\n' "$(cat -- "$key_file")" | curl -fsS --config - "$@" "$base$route"
  else
    curl -fsS "$@" "$base$route"
  fi
}

# wait_for TEXT SECONDS: until /v1/models answers with the text in it. Gives up when the engine has ended, or its log is still for so long.
wait_for() {
  still=0
  before=''
  while ! prints "$1" api /v1/models --max-time 10; do
    kill -0 "$engine" 2>/dev/null || {
      tail -n 30 "$engine_log" >&2
      engine=''
      fail "the engine ended; its log is $engine_log"
    }
    now=$(wc -c <"$engine_log")
    if [ "$now" = "$before" ]; then still=$((still + 1)); else still=0; fi
    before=$now
    [ "$still" -lt "$2" ] || fail "the engine has said nothing for $2 s; its log is $engine_log"
    sleep 1
  done
}

# ask REQUEST EXPECTED: one generation; EXPECTED is a piece of the JSON answer, or empty.
ask() {
  answer=$(api /v1/chat/completions --max-time 600 -H 'Content-Type: application/json' -d "$1") || fail "the engine does not generate; its log is $engine_log"
  say "   $answer"
  case $answer in *"$2"*) ;; *) fail "the engine gives a wrong answer" ;; esac
}
`.trim()
