import type { Host, Worker } from '../farm/farm.js';
import { workerLayout } from '../host/layout.js';
import { ASKING_FUNCTIONS, call } from './asking.js';
import { MACHINE_FUNCTIONS } from './machine-script.js';
import { parameterFolder, parentFolder } from './used-folders.js';

/** First and last line of an answer: without both it was cut off. */
export const FACTS_HEAD = 'sealfarm-facts 1';
export const FACTS_END = 'sealfarm-facts end';

/**
 * Asks a host what its machine has and in which state it is, for a POSIX shell with coreutils or busybox.
 * It only reads, tells no secret, and runs no program but for the version of lotus-worker and the list of nvidia-smi.
 * Every answer is one line of words; free text is a word of its own, see `decode`.
 */
export function factsScript(host: Host): string {
  const calls = host.workers.flatMap((worker) => workerCalls(host, worker));
  return [
    ASKING_FUNCTIONS,
    MACHINE_FUNCTIONS,
    FUNCTIONS,
    // A banner may end without a line break.
    `echo; echo '${FACTS_HEAD}'`,
    'machine',
    'nodes',
    'gpus',
    'mounts',
    // Workers of a host share folders.
    ...new Set(calls),
    'each_unit limits',
    `echo '${FACTS_END}'`,
    '',
  ].join('\n');
}

function workerCalls(host: Host, worker: Worker): readonly string[] {
  const files = workerLayout(host, worker);
  return [
    call('program', worker.binary),
    call('mode', files.envFile),
    call('mode', files.tokenFile),
    call('process', files.pidFile),
    call('locks', worker.tmpDir),
    call('cache', parameterFolder(worker)),
    call('cache', parentFolder(worker)),
    ...worker.storage.map(({ path }) => call('place', path)),
  ];
}

const FUNCTIONS = `program() {
  said=
  if [ ! -e "$1" ]; then can=absent
  elif [ -f "$1" ] && [ -x "$1" ]; then can=ok; said=$(bounded "$1" --version 2>/dev/null </dev/null)
  else can=unusable; fi
  say program "=$1" "$can" "=$said"
}
mode() { if [ -e "$1" ]; then say mode "=$1" "$(stat -L -c %a "$1" 2>/dev/null)"; fi; }
limits() {
  limits=$(sed -n 's/^Max open files  *\\([a-z0-9]*\\)  *\\([a-z0-9]*\\) .*/\\1 \\2/p' "/proc/$2/limits" 2>/dev/null)
  say process "=$1" "\${limits:-- -}" "$(stat -c %u "/proc/$2" 2>/dev/null)"
}
process() { if by_file "$1"; then limits "$1" "$pid"; fi; }
# What /proc/locks says of a process is true only where processes of others can be seen.
locks() {
  for lock in "$1"/bellman.gpu.lock*; do
    [ -f "$lock" ] || continue
    holder=$(sed -n "s/^[0-9]*: FLOCK .* \\\\([0-9][0-9]*\\\\) [0-9a-f]*:[0-9a-f]*:$(stat -c %i "$lock") .*/\\\\1/p" /proc/locks 2>/dev/null | sed -n 1p)
    if [ -z "$holder" ]; then held=free
    elif [ -d "/proc/$holder" ] || [ ! -d /proc/1 ]; then held=held
    else held=orphan; fi
    say lock "=$1" "=$lock" "$held" "$(stat -c '%u %Y' "$lock" 2>/dev/null)"
  done
}
# Sets at to the nearest folder that is there.
nearest() {
  at=$1
  until [ -z "$at" ] || [ -d "$at" ]; do at=\${at%/*}; done
  at=\${at:-/}
}
cache() {
  nearest "$1"
  if [ "$at" = "$1" ]; then files=$(ls -A "$1" 2>/dev/null | grep -cE '\\.(params|vk|cache)$'); else files=absent; fi
  say cache "=$1" "$files" "$(room)"
}
place() {
  nearest "$1"
  if [ "$at" = "$1" ]; then there=present; else there=absent; fi
  type=$(stat -f -c %T "$at" 2>/dev/null)
  say place "=$1" "$there" "$(stat -L -c %d:%i "$at" 2>/dev/null || echo -)" "=$type" "=$(cd "$at" 2>/dev/null && pwd -P)" "$(room)"
}`;
