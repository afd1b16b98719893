import type { Host } from '../farm/farm.js';
import { hostLayout, sectorStoreFile, workerLayout } from '../host/layout.js';
import { shellQuote } from '../host/shell.js';
import { dropInFile, ENABLED_LINKS, TEMPLATE_FILE } from '../host/systemd-unit.js';
import { FILE_TYPE_NAMES } from '../lotus/file-type.js';
import { ASKING_FUNCTIONS, call, FILE_FUNCTION } from './asking.js';
import { BOOT_FUNCTION } from './boot.js';
import { mayTell, STRANGERS_FUNCTIONS } from './strangers-script.js';
import { STANDING_FUNCTION, standingCalls } from './standing.js';
import { UNIT_FUNCTIONS } from './unit-script.js';

/** First and last line of an answer: without both it was cut off. */
export const PROBE_HEAD = 'sealfarm-probe 1';
export const PROBE_END = 'sealfarm-probe end';

/** Stands for the entries of a folder that cannot be listed. */
export const UNSEEN_ENTRY = '?';

/**
 * The one script that asks a host everything, for a POSIX shell with coreutils or busybox.
 * It only reads. Every answer is one line of words; free text is a word of its own, see `decode`.
 */
export function probeScript(host: Host): string {
  const layout = hostLayout(host.paths);
  const workers = host.workers.flatMap((worker) => {
    const files = workerLayout(host, worker);
    return [
      ...[files.envFile, files.unit.dropIn, files.storageJson, files.apiFile, files.tokenFile].map((path) =>
        call('file', path),
      ),
      call('process', files.pidFile),
      ...worker.storage.map(({ path }) => call('storage', path)),
      call('listed', files.storageJson),
      ...standingCalls(host, worker),
    ];
  });
  return [
    ASKING_FUNCTIONS,
    STRANGERS_FUNCTIONS,
    UNIT_FUNCTIONS,
    BOOT_FUNCTION,
    mayTell(host.workers.map(({ repo }) => repo)),
    FUNCTIONS,
    programOf(host),
    ...(workers.some((line) => line.startsWith('standing ')) ? [STANDING_FUNCTION] : []),
    // A banner may end without a line break.
    `echo; echo '${PROBE_HEAD}'`,
    'say self "=$(id -un 2>/dev/null || id -u)"',
    'ours=$(echo $(each_unit process_of))',
    call('file', layout.manifest),
    call('file', TEMPLATE_FILE),
    call('file', layout.written),
    ...workers,
    ...departedLines(host),
    // Those of workers that the file names no more are among them.
    `for file in ${shellQuote(layout.run)}/*.pid; do process "$file"; done`,
    'each_unit tell',
    'strangers',
    'boots',
    'say units "=$units" "$asked"',
    `for link in ${ENABLED_LINKS}; do [ ! -L "$link" ] || say enabled "=\${link##*/}"; done`,
    `echo '${PROBE_END}'`,
    '',
  ].join('\n');
}

/** A function that sets binary to the program of a worker, by what its process is known by or by its repo; empty for all others. */
function programOf(host: Host): string {
  const cases = host.workers.map((worker) => {
    const { pidFile, unit } = workerLayout(host, worker);
    const names = [pidFile, unit.name, worker.repo].map(shellQuote);
    return `${names.join(' | ')}) binary=${shellQuote(worker.binary)} ;;`;
  });
  return ['program_of() { case $1 in', ...cases, '*) binary= ;; esac; }'].join('\n');
}

/** Workers that sealfarm may have put there and that the file names no more: what their environment files tell. */
function departedLines({ paths, workers }: Host): readonly string[] {
  const declared = workers.map(({ name }) => name).join(' ');
  return [
    `declared=${shellQuote(` ${declared} `)}`,
    `for env in ${shellQuote(`${paths.config}/workers`)}/*/worker.env; do departed "$env"; done`,
  ];
}

/** `listed FILE` calls `storage` with each path that a storage.json names, in whatever letters, as Go takes it. */
export const LISTED_FUNCTION = `listed() {
  [ -r "$1" ] || return 0
  grep -oiE '"Path"[[:space:]]*:[[:space:]]*"([^"\\\\]|\\\\.)*"' "$1" | sed 's/^"[Pp][Aa][Tt][Hh]"[[:space:]]*:[[:space:]]*"//; s/"$//; s:/*$::' |
    while IFS= read -r path; do storage "$path"; done
}`;

const FUNCTIONS = `device() { stat -L -c %d "$1" 2>/dev/null; }
root=$(device /)
${FILE_FUNCTION}
tell() { say process "=$1" "$2" "$(encode <"/proc/$2/environ")"; replaced "$1" "$2"; }
# Tells where the program on disk is not the one that the process runs: a file of other bytes stands there, or a newer script.
# Only what the file names is run: the process, and what it says of itself, may be in other hands.
replaced() {
  program_of "$1"
  [ -n "$binary" ] || return 0
  set -- "$1" "/proc/$2" $(stat -L -c %d:%i "/proc/$2/exe" "$binary" 2>/dev/null)
  [ $# -eq 4 ] && [ "$3" != "$4" ] || return 0
  # Installed again, or linked anew: the one that runs can still be read.
  ! cmp -s "$2/exe" "$binary" 2>/dev/null || return 0
  # What stands in front of the program runs as something else. The kernel counts from a start that it knows to a second.
  [ "$(head -c 2 "$binary" | tr -d '\\000')" != '#!' ] || [ "$(stat -L -c %Y "$binary")" -gt $(($(began "$2") + 1)) ] || return 0
  release=
  # Nor what another user could have put there.
  if [ -O "$binary" ] || [ "$(stat -L -c %u "$binary")" = 0 ]; then
    release=$(bounded "$binary" --version 2>/dev/null </dev/null | sed -n '/^lotus-worker version /{s///p;q;}')
  fi
  say replaced "=$1" "=$release"
}
also() { replaced "$1" "$2"; }
seen_once='
'
# The file, storage.json and a folder may name the same path.
once() {
  case $seen_once in *"
$1
"*) return 1 ;; esac
  seen_once="$seen_once$1
"
}
process() { if by_file "$1" && once "$1"; then ours="$ours $pid"; tell "$1" "$pid"; fi; }
storage() {
  once "$1" || return 0
  if [ ! -d "$1" ]; then say storage "=$1" absent; return; fi
  if [ "$(device "$1")" = "$root" ]; then on=root; else on=mount; fi
  say storage "=$1" present "$on"
  file "$1/${sectorStoreFile('').slice(1)}"
  for type in ${FILE_TYPE_NAMES.join(' ')}; do
    [ -d "$1/$type" ] || [ ! -x "$1" ] || continue
    say entries "=$1" "$type" "=$(ls -A "$1/$type" 2>/dev/null || echo '${UNSEEN_ENTRY}')"
  done
}
${LISTED_FUNCTION}
departed() {
  [ -e "$1" ] || [ -L "$1" ] || return 0
  name=\${1%/*} name=\${name##*/}
  case $declared in *" $name "*) return 0 ;; esac
  file "$1"
  file "${dropInFile('$name')}"
  # As it is written by us; never run: what somebody else wrote there may be anything.
  repo=$(sed -n 's/^LOTUS_WORKER_PATH=//p' "$1" 2>/dev/null | tail -n 1)
  case $repo in \\"*\\") repo=\${repo#?} repo=$(printf '%s\\n' "\${repo%?}" | sed 's/\\\\\\(["\\\\\`$]\\)/\\1/g') ;; esac
  # Another path than a whole one is not of our writing, and leads nowhere.
  case $repo in /*) ;; *) return 0 ;; esac
  for name in storage.json api token; do file "$repo/$name"; done
  listed "$repo/storage.json"
}`;
