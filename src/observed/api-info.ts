import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Miner } from '../farm/farm.js';
import { Secret } from '../secret/secret.js';
import { findMiner } from './as-miner.js';
import { answerLines, decode, WORD_FUNCTIONS } from './asking.js';

const HEAD = 'sealfarm-api-info 1';
const END = 'sealfarm-api-info end';

/**
 * Asks lotus-miner on its own host for the admin token and its address, for a POSIX shell. Where the file says neither
 * repo nor user, those of the running miner count. The token is in nobody's arguments: it comes back on standard output.
 */
export function apiInfoScript(miner: Pick<Miner, 'repo' | 'user'>): string {
  return [WORD_FUNCTIONS, findMiner(miner), ASK, ''].join('\n');
}

const ASK = `# A banner may end without a line break.
echo; echo '${HEAD}'
say asked "=$user" "=$repo"
if [ "$met" -gt 1 ]; then
  say ended 1 "=$met lotus-miner run there: write miner.repo and miner.user"
elif id -u "$user" >/dev/null 2>&1; then
  said=$(as_user env -u MINER_API_INFO -u STORAGE_API_INFO "LOTUS_MINER_PATH=$repo" "HOME=$home" \\
    lotus-miner auth api-info --perm admin 2>&1 </dev/null)
  say ended $? "=$said"
  case $said in
    *MINER_API_INFO=?*) ;;
    # Lotus keeps a token of its own there, made by the same key.
    *) say kept "=$(as_user cat "$repo/token" 2>/dev/null </dev/null)" ;;
  esac
else
  say ended 1 "=there is no user $user"
fi
echo '${END}'`;

export interface ApiInfo {
  readonly token: Secret;
  /** Multiaddr as printed; absent where the token is the one in the repo. */
  readonly api?: string;
}

/**
 * Reads what the script has said. Lotus prints `MINER_API_INFO=TOKEN:MULTIADDR`, and its logs around it.
 * @param redact makes a line of the miner fit to be shown
 */
export function parseApiInfo(
  host: string,
  stdout: string,
  redact: (line: string) => string,
): Result<ApiInfo> {
  const lines = answerLines(host, stdout, HEAD, END);
  if (!lines.ok) return lines;
  const words = new Map(lines.value.map(([kind = '', ...rest]) => [kind, rest]));
  const [status = '', said = '-'] = words.get('ended') ?? [];
  const [kept = '-'] = words.get('kept') ?? [];
  const output = decode(said);
  const [, token, api] = /^(?:export )?MINER_API_INFO=([^\s:]+):(\/\S+)\s*$/m.exec(output) ?? [];
  if (token !== undefined && api !== undefined && VISIBLE_ASCII.test(token))
    return success({ token: new Secret(token), api });
  const own = decode(kept).trim();
  if (VISIBLE_ASCII.test(own)) return success({ token: new Secret(own) });
  const [user = '-', repo = '-'] = words.get('asked') ?? [];
  return failure(noToken(host, decode(user), decode(repo), redact(why(status, output))));
}

/** All that may stand in an HTTP header. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** What it complains of, the last of its logs otherwise. */
function why(status: string, output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const complaint = lines.find((line) => /^\s*ERROR/.test(line)) ?? lines.at(-1);
  if (status === '127' && complaint === undefined) return 'there is no such program';
  return complaint === undefined ? `it ended with status ${status} and said nothing` : complaint.trim();
}

function noToken(host: string, user: string, repo: string, complaint: string): Diagnostic {
  return {
    code: 'SF307',
    severity: 'error',
    message: `lotus-miner on ${host} did not give its token to ${user}, with LOTUS_MINER_PATH=${repo}: ${complaint}`,
    place: { kind: 'host', host },
    help: `Run there, as ${user}: lotus-miner auth api-info --perm admin. Correct \`miner.user\` and \`miner.repo\` where they are other ones.`,
  };
}
