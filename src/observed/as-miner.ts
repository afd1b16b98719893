import type { Miner } from '../farm/farm.js';
import { shellQuote } from '../host/shell.js';
import { RUNNING_MINER_FUNCTIONS } from './running-miner.js';

/** `as_user COMMAND` runs it as the user that `user` names, for a POSIX shell. */
export const AS_USER_FUNCTION = `as_user() {
  if [ "$(id -u)" = "$(id -u "$user")" ]; then "$@"
  elif [ "$(id -u)" = 0 ]; then setpriv --reuid="$(id -u "$user")" --regid="$(id -g "$user")" --init-groups -- "$@"
  else sudo -n -u "$user" -- "$@"; fi
}`;

const FUNCTIONS = `PATH=$PATH:/usr/local/bin:/usr/local/sbin
${AS_USER_FUNCTION}
# What the running one has, where the file does not say it.
meet() { met=$((met + 1)) its_user=$owner its_repo=$its its_variables=$variables; }`;

/** Variables of the login would lead to another miner. */
const FIND = `met=0 its_user= its_repo= its_variables= told=$repo:$user
each_miner meet
# Where both are said it is clear which one is meant, also where one of them cannot be seen.
case $told in :* | *:) ;; *) met=1 ;; esac
user=\${user:-$its_user} repo=\${repo:-$its_repo} variables=$its_variables
user=\${user:-$(id -un)} home=$HOME
case $user in *[!A-Za-z0-9._-]*) ;; *) [ "$user" = "$(id -un)" ] || eval "home=~$user" ;; esac
repo=\${repo:-$home/.lotusminer}`;

/**
 * Finds lotus-miner for what is run as its user, for a POSIX shell: sets met (how many run), user, repo, home and the
 * variables of the one that runs. Where the file says neither repo nor user, those of the running miner count.
 */
export function findMiner({ repo = '', user = '' }: Pick<Miner, 'repo' | 'user'>): string {
  return [RUNNING_MINER_FUNCTIONS, FUNCTIONS, `repo=${shellQuote(repo)} user=${shellQuote(user)}`, FIND].join(
    '\n',
  );
}
