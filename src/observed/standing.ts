import type { Host, Worker } from '../farm/farm.js';
import { shellQuote } from '../host/shell.js';
import { workerLayout } from '../host/layout.js';
import { FILE_TYPE_NAMES } from '../lotus/file-type.js';
import { decode } from './asking.js';

/** Whether a host can start a worker the way its settings ask. */
export interface Standing {
  /** Programs that are needed for it and not there. */
  readonly lacking: readonly string[];
  /** Of the declared user. `barred`: the SSH user can start nothing as that user. */
  readonly user: 'ok' | 'absent' | 'barred';
  /** What is there and the declared user cannot use. */
  readonly denied: readonly string[];
}

/** A worker with none of these settings needs nothing to be looked at. */
export function standingCalls(host: Host, worker: Worker): readonly string[] {
  const tools = toolsOf(host, worker);
  if (tools.length === 0 && worker.user === undefined) return [];
  const paths = worker.user === undefined ? [] : pathsOf(host, worker);
  const words = [worker.name, worker.user ?? '', tools.join(' '), ...paths];
  return [`standing ${words.map(shellQuote).join(' ')}`];
}

/** systemd does all by itself. */
function toolsOf({ serviceManager }: Host, { cpus, numaNodes, user }: Worker): readonly string[] {
  if (serviceManager === 'systemd') return [];
  return [
    ...(cpus === undefined ? [] : ['taskset']),
    ...(numaNodes === undefined ? [] : ['numactl']),
    ...(user === undefined ? [] : ['setpriv']),
  ];
}

/** With what the user must be able to do there: read and write, or read alone. */
function pathsOf(host: Host, worker: Worker): readonly string[] {
  const { repo, tmpDir, storage, binary, parameterCache, parentCache } = worker;
  const { storageJson, apiFile, tokenFile } = workerLayout(host, worker);
  const written = storage.filter(({ seal, store }) => seal || store).map(({ path }) => path);
  const inRepo = [
    storageJson,
    apiFile,
    tokenFile,
    ...['datastore', 'keystore'].map((name) => `${repo}/${name}`),
  ];
  const read = storage.filter(({ seal, store }) => !seal && !store).map(({ path }) => path);
  const caches = [parameterCache, parentCache].flatMap((path) => path ?? []);
  return [
    ...[repo, ...inRepo, tmpDir].map((path) => `rw:${path}`),
    ...written.map((path) => `store:${path}`),
    ...[binary, ...read, ...caches].map((path) => `r:${path}`),
  ];
}

/** So many paths are named; who has not set a single owner need not read thousands. */
const NAMED = 5;

/**
 * What is done as the user itself, since no look at owners and modes knows of ACLs and network file systems. What is
 * not there yet is made by somebody, in a folder that must be passable..
 */
const USABLE = `set +e
can() {
  at=$2
  until [ -z "$at" ] || [ -e "$at" ] || [ -L "$at" ]; do at=\${at%/*}; done
  at=\${at:-/}
  if [ "$at" != "$2" ]; then [ ! -d "$at" ] || [ -x "$at" ]
  elif [ -d "$at" ] && [ ! -x "$at" ]; then false
  elif [ "$1" = r ]; then [ -r "$at" ]
  else [ -r "$at" ] && [ -w "$at" ]; fi || echo "$at"
}
for one; do
  path=\${one#*:}
  case $one in
    r:*) can r "$path" ;;
    rw:*) can rw "$path" ;;
    store:*)
      can rw "$path"
      for type in ${FILE_TYPE_NAMES.join(' ')}; do
        for entry in "$path/$type" "$path/$type"/*; do [ -e "$entry" ] && can rw "$entry"; done
      done ;;
  esac
done | sort -u | sed -n 1,${NAMED}p
:`;

export const STANDING_FUNCTION = `usable=$(cat <<'USABLE_END'
${USABLE}
USABLE_END
)
# As the service manager does it.
become() {
  if [ "$(id -u)" = "$(id -u "$user")" ]; then "$@"
  else setpriv --reuid="$(id -u "$user")" --regid="$(id -g "$user")" --init-groups -- "$@" 2>/dev/null; fi
}
standing() {
  name=$1 user=$2 lacking= denied=
  for tool in $3; do command -v "$tool" >/dev/null 2>&1 || lacking="$lacking $tool"; done
  shift 3
  if [ -z "$user" ]; then is=ok
  elif ! id -u "$user" >/dev/null 2>&1; then is=absent
  elif ! become true; then is=barred
  else is=ok denied=$(become sh -c "$usable" sh "$@"); fi
  say standing "=$name" "$is" "=$lacking" "=$denied"
}`;

export function parseStanding([user, lacking = '-', denied = '-']: readonly string[]): Standing {
  const words = (text: string, by: string): readonly string[] => text.split(by).filter((word) => word !== '');
  return {
    user: user === 'absent' || user === 'barred' ? user : 'ok',
    lacking: words(decode(lacking), ' '),
    denied: words(decode(denied), '\n'),
  };
}
