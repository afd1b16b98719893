import type { WrittenMiner } from '../config/written.gen.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { canonicalIp } from '../farm/address.js';
import { parseMinerAddress } from '../farm/miner-address.js';
import { DECLARABLE_TASKS } from '../lotus/task.js';
import type { MinerAnswer, SeenHost } from './proposal.js';

/** What stands where there is no miner yet: a name that nobody can ever have. RFC 6761 */
const NO_MINER = '/dns/miner.invalid/tcp/2345/http';

/** Where one would be on a machine that is all of the farm. */
const LOCAL_MINER = '/ip4/127.0.0.1/tcp/2345/http';

export interface ProposedMiner {
  readonly written: WrittenMiner;
  readonly comments: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Whether lotus-miner runs on this host, by what a person says of it. */
export function isMinersHost(answer: MinerAnswer, name: string, { address, found }: SeenHost): boolean {
  const own = [name, address, found.machine.hostname, ...(found.machine.addresses ?? [])];
  return wordsFor(answer).some((word) => own.includes(word));
}

/** Whether one runs there, named or not: what is to be left to it is the same. */
export function isBesideMiner(answer: MinerAnswer, name: string, host: SeenHost): boolean {
  return host.found.machine.miner !== undefined || isMinersHost(answer, name, host);
}

/** Of a host on which one runs that is not the named one, as far as can be told. */
export function unnamedMiner(answer: MinerAnswer, name: string, host: SeenHost): string | undefined {
  if (host.found.machine.miner === undefined || isMinersHost(answer, name, host)) return undefined;
  const whose = answer.kind === 'none' ? 'nobody named it' : 'another one was named';
  return `a lotus-miner runs here (process ${host.found.machine.miner}), and ${whose}: it is left CPUs and memory for its proofs`;
}

function wordsFor(answer: MinerAnswer): readonly string[] {
  if (answer.kind === 'none') return [];
  if (answer.kind === 'host') return [canonicalIp(answer.host) ?? answer.host];
  const parsed = parseMinerAddress(answer.api);
  return parsed.ok ? [parsed.address.host] : [];
}

/**
 * @param host the name of the miner's machine in the file, where it is one of the hosts
 * @param done names of the tasks that workers do
 * @param loopback whether all of the farm is on loopback
 */
export function proposeMiner(
  answer: MinerAnswer,
  host: string | undefined,
  done: ReadonlySet<string>,
  loopback: boolean,
): ProposedMiner {
  if (answer.kind === 'none') return noMiner(loopback ? LOCAL_MINER : NO_MINER);
  if (answer.kind === 'api') {
    const written = { api: answer.api, token: answer.token, ...(host === undefined ? {} : { host }) };
    if (host !== undefined) return withTasks(written, done);
    const comment =
      'lotus-miner also seals what its config.toml allows: name its machine as `host`, with `tasks`, to have that kept';
    return { written, comments: [comment], diagnostics: [] };
  }
  return withTasks({ token: answer.token, host: host ?? answer.host }, done);
}

/** What no worker does is left to it; all else would be done twice on its machine, and in nobody's limits. */
function withTasks(written: WrittenMiner, done: ReadonlySet<string>): ProposedMiner {
  if (done.size === 0) return { written, comments: [], diagnostics: [] };
  const tasks = DECLARABLE_TASKS.filter(({ kind, name }) => kind === 'sealing' && !done.has(name))
    .filter(({ code }) => code !== 'DC')
    .map(({ name }) => name);
  const comment =
    'tasks: lotus-miner seals none of what workers do; it takes its config.toml at its next restart';
  return { written: { ...written, tasks }, comments: [comment], diagnostics: [] };
}

function noMiner(api: string): ProposedMiner {
  return {
    written: { api, token: { env: 'SEALFARM_MINER_TOKEN' } },
    comments: [
      'there is no miner yet: write the multiaddr of its API here, as `lotus-miner auth api-info` prints it',
    ],
    diagnostics: [
      {
        code: 'SF685',
        severity: 'warning',
        message: 'the file has no miner yet: `miner.api` holds its place',
        help: 'Write its address there once it runs; until then `plan` and `apply` cannot reach it.',
      },
    ],
  };
}
