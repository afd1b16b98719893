import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { provingDeadlines, provingInfo } from './proving.js';
import { createRpcClient } from '../wire/json-rpc-client.js';
import { parseFlags } from '../../lotus/go-flags.js';
import { parseApiInfo, rpcUrl } from '../worker/multiaddr.js';
import { print } from '../worker/print.js';

const VERSION = '1.36.2-dev+sandbox';
const PERMISSIONS = ['read', 'write', 'sign', 'admin'];

/** The commands of the sandbox's `lotus-miner` that talk to the running one. @throws Error with what Lotus says */
async function main(args: readonly string[]): Promise<void> {
  const { flags, words } = parseFlags(args, { texts: ['miner-repo', 'perm'], booleans: ['version', 'v'] });
  if (flags.has('version') || flags.has('v')) {
    print(`lotus-miner version ${VERSION}`);
    return;
  }
  const [command = '', verb = ''] = words;
  if (command === 'proving' && (verb === 'info' || verb === 'deadlines')) {
    await printProving(verb, flags);
    return;
  }
  if (command !== 'auth' || (verb !== 'api-info' && verb !== 'create-token'))
    throw new Error(`No help topic for '${command}'`);
  const token = await newToken(flags);
  const info = apiInfo(flags);
  print(verb === 'create-token' ? token : `MINER_API_INFO=${token}:${info.slice(info.indexOf(':') + 1)}`);
}

/** The running miner tells who it is, the rest is the node's to tell: here a file in its repo. */
async function printProving(verb: 'info' | 'deadlines', flags: ReadonlyMap<string, string>): Promise<void> {
  const { token, endpoint } = parseApiInfo(apiInfo(flags));
  await createRpcClient(rpcUrl(endpoint), token).call('Filecoin.ActorAddress');
  const file = join(repoOf(flags), 'proving.json');
  print(verb === 'info' ? provingInfo(file, Date.now()) : provingDeadlines(file, Date.now()));
}

function repoOf(flags: ReadonlyMap<string, string>): string {
  return flags.get('miner-repo') ?? process.env['LOTUS_MINER_PATH'] ?? join(homedir(), '.lotusminer');
}

/** By the running miner: it makes the same token for the same permissions, as long as it has the same key. */
async function newToken(flags: ReadonlyMap<string, string>): Promise<string> {
  const permission = flags.get('perm');
  const { token, endpoint } = parseApiInfo(apiInfo(flags));
  const miner = createRpcClient(rpcUrl(endpoint), token);
  if (permission === undefined)
    throw new Error('--perm flag not set, use with one of: read, write, sign, admin');
  const rank = PERMISSIONS.indexOf(permission);
  if (rank < 0) throw new Error(`--perm flag has to be one of: [${PERMISSIONS.join(' ')}]`);
  const made = (await miner.call('Filecoin.AuthNew', [PERMISSIONS.slice(0, rank + 1)])) as string;
  return Buffer.from(made, 'base64').toString('utf8');
}

/** A manner of Lotus: the variable of the shell goes before the repo, be it that of another miner. */
function apiInfo(flags: ReadonlyMap<string, string>): string {
  const given = process.env['MINER_API_INFO'];
  if (given !== undefined && given !== '') return given;
  const repo = repoOf(flags);
  const what = 'could not get API info for StorageMiner';
  if (!existsSync(repo))
    throw new Error(`${what}: repo directory does not exist. Make sure your configuration is correct`);
  if (!existsSync(join(repo, 'api')))
    throw new Error(`${what}: could not get api endpoint: API not running (no endpoint)`);
  const [api = '', token = ''] = ['api', 'token'].map((name) =>
    readFileSync(join(repo, name), 'utf8').trim(),
  );
  return `${token}:${api}`;
}

// Unlike lotus-worker it ends with status 1 on errors.
main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`ERROR: ${error instanceof Error ? error.message : String(error)}\n\n`);
  process.exit(1);
});
