import { existsSync, readFileSync } from 'node:fs';
import {
  ALLOW_KEYS,
  MINER_KEYS,
  variableOf,
  type MinerKey,
  type MinerKeyName,
} from '../../lotus/miner-keys.js';
import { TASKS, type TaskCode } from '../../lotus/task.js';
import { effectiveValue } from '../../miner/layers.js';
import { readConfigToml } from '../../miner/read-config.js';
import { parseMultiaddr, type Endpoint } from '../worker/multiaddr.js';

/** What the miner was started with. */
export interface MinerSettings {
  /** What its own worker does. */
  readonly tasks: readonly TaskCode[];
  readonly disallowRemoteFinalize: boolean;
  readonly localWorkerName: string;
  /** Where its API listens; undefined where the file leaves that to Lotus: the sandbox has an address for it then. */
  readonly listen?: Endpoint;
  /** `HOST:PORT` under which others fetch its files; undefined where both are left to Lotus. */
  readonly remoteListen?: string;
}

/**
 * config.toml with the variables of the process above it, read once: an edit counts at the next start. Throws where Lotus
 * would not start. Lotus: node/config/load.go FromReader, storage/sealer/manager.go New
 */
export function minerSettings(file: string, env: NodeJS.ProcessEnv): MinerSettings {
  const reading = readConfigToml(existsSync(file) ? readFileSync(file, 'utf8') : '');
  if (!reading.ok) throw new Error(`loading config: ${reading.problem.message}`);
  const variables = new Map(Object.entries(env).flatMap(([name, value = '']) => [[name, value] as const]));
  const values = new Map<MinerKeyName, unknown>(
    MINER_KEYS.map((key) => [key.key, checked(key, effectiveValue(reading.toml, variables, key))]),
  );
  const always = TASKS.filter(({ name }) => name === undefined).map(({ code }) => code);
  const said = (name: MinerKeyName): string | undefined => {
    const value = String(values.get(name));
    return value === USUAL.get(name) ? undefined : value;
  };
  const listen = said('ListenAddress');
  // A manner of Lotus: whatever it listens on, others are sent to loopback until the file says better.
  const remoteListen =
    said('RemoteListenAddress') ?? (listen === undefined ? undefined : USUAL.get('RemoteListenAddress'));
  const allowed = [...ALLOW_KEYS].filter(([, key]) => values.get(key) === true).map(([code]) => code);
  return {
    // DataCid follows AddPiece.
    tasks: [...always, ...allowed, ...(allowed.includes('AP') ? (['DC'] as const) : [])],
    disallowRemoteFinalize: values.get('DisallowRemoteFinalize') === true,
    localWorkerName: String(values.get('LocalWorkerName')),
    ...(listen === undefined ? {} : { listen: parseMultiaddr(listen) }),
    ...(remoteListen === undefined ? {} : { remoteListen: String(remoteListen) }),
  };
}

const USUAL = new Map<MinerKeyName, MinerKey['usual']>(MINER_KEYS.map(({ key, usual }) => [key, usual]));

function checked(key: MinerKey, value: unknown): unknown {
  if (typeof value !== typeof key.usual)
    throw new Error(`loading config: ${key.key} is no ${typeof key.usual}`);
  return value;
}

/** The file that a new repo gets, in the shape of Lotus's own, but with no sealing of the miner's own. */
export function newConfigToml(): string {
  const off = new Set<string>(ALLOW_KEYS.values());
  const sections = [...new Set(MINER_KEYS.map(({ section }) => section))];
  return sections
    .map((section) => {
      const keys: readonly MinerKey[] = MINER_KEYS.filter((key) => key.section === section);
      const lines = keys.map((key) => {
        const said = off.has(key.key) ? `${key.key} = false` : `#${key.key} = ${JSON.stringify(key.usual)}`;
        return `  # type: ${TYPES[typeof key.usual] ?? ''}\n  # env var: ${variableOf(key)}\n  ${said}\n`;
      });
      return `[${section}]\n${lines.join('\n')}`;
    })
    .join('\n\n');
}

const TYPES: Readonly<Record<string, string>> = { boolean: 'bool', number: 'int', string: 'string' };
