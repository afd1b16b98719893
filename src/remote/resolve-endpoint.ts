import { execFile } from 'node:child_process';
import { hostname, userInfo } from 'node:os';
import { promisify } from 'node:util';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Host } from '../farm/farm.js';
import type { ConnectContext } from './context.js';
import type { Endpoint, SshWishes, Via } from './endpoint.js';
import {
  endpointOf,
  jumpHosts,
  parseJump,
  parseSshOptions,
  proxyCommand,
  sshArguments,
  type SshOptions,
  type Wanted,
} from './ssh-config.js';

/** Jump hosts that lead to one another for ever are a mistake in ssh_config. */
const MOST_JUMPS = 8;

const TIMEOUT_MS = 10_000;

/**
 * How a host is reached: as `ssh` itself would, with what the farm says above it. Without an `ssh` here, by the farm
 * and ssh's own defaults. Fails with SF415 where ssh_config is wrong.
 */
export function resolveEndpoint(host: Host, context: ConnectContext): Promise<Result<Endpoint>> {
  return resolve({ host: host.name, name: host.name, address: host.address, wishes: host.ssh }, context, 0);
}

async function resolve(wanted: Wanted, context: ConnectContext, jumps: number): Promise<Result<Endpoint>> {
  const options = await askSsh(wanted, context);
  if (!options.ok) return options;
  const { homeDir, environment } = context;
  const agentSocket = environment['SSH_AUTH_SOCK'];
  const around = {
    homeDir,
    localUser: localUser(context),
    localId: process.getuid?.() ?? -1,
    localHost: hostname(),
    environment,
    ...(agentSocket === undefined ? {} : { agentSocket }),
    ...(context.sshConfigFile === undefined ? {} : { configFile: context.sshConfigFile }),
  };
  const endpoint = endpointOf(wanted, options.value, around);
  const via = await resolveVia(wanted, options.value, endpoint, context, jumps);
  if (!via.ok) return via;
  return success(via.value === undefined ? endpoint : { ...endpoint, via: via.value });
}

/** Of several jump hosts the last is next to the machine, and is itself reached through those before it. */
async function resolveVia(
  wanted: Wanted,
  options: SshOptions,
  endpoint: Endpoint,
  context: ConnectContext,
  jumps: number,
): Promise<Result<Via | undefined>> {
  const written = jumpHosts(options, endpoint, wanted.address);
  const last = written.at(-1);
  if (last === undefined) {
    return success(proxyCommand(options, endpoint, wanted.address));
  }
  const jump = parseJump(last);
  if (jump === undefined) return failure(wrongConfig(wanted.host, `${last} is no jump host`));
  if (jumps === MOST_JUMPS)
    return failure(wrongConfig(wanted.host, `more than ${MOST_JUMPS} jump hosts lead to it`));
  const before = written.slice(0, -1).join(',');
  const wishes = {
    ...(wanted.wishes.jump === undefined ? {} : keysOf(wanted.wishes)),
    ...jump.wishes,
    ...(before === '' ? {} : { jump: before }),
  };
  const name = `${jump.address} (on the way to ${wanted.host})`;
  const reached = await resolve({ ...wanted, name, address: jump.address, wishes }, context, jumps + 1);
  return reached.ok ? success({ kind: 'jump', endpoint: reached.value }) : reached;
}

/** Whoever names jump hosts in the farm's file has their keys where those of the farm are. */
function keysOf({ identityFile, knownHostsFile }: SshWishes): SshWishes {
  return {
    ...(identityFile === undefined ? {} : { identityFile }),
    ...(knownHostsFile === undefined ? {} : { knownHostsFile }),
  };
}

function askSsh({ host, address, wishes }: Wanted, context: ConnectContext): Promise<Result<SshOptions>> {
  const { sshConfigFile: configFile, answers } = context;
  const asked = { address, wishes, ...(configFile === undefined ? {} : { configFile }) };
  const words = sshArguments(asked);
  return answers.to({ ...asked, rest: words.slice(0, -1) }, () => runSsh(host, words, wishes, context));
}

async function runSsh(
  host: string,
  words: readonly string[],
  wishes: SshWishes,
  context: ConnectContext,
): Promise<Result<SshOptions>> {
  const running = promisify(execFile)('ssh', words, { env: context.environment, timeout: TIMEOUT_MS });
  // A program of `Match exec` shall not wait for input.
  running.child.stdin?.end();
  try {
    return success(parseSshOptions((await running).stdout));
  } catch (error) {
    const { code, killed, stderr } = error as Failed;
    if (code === 'ENOENT') return success(new Map([['proxyjump', [wishes.jump ?? 'none']]]));
    const [line] = stderr.split('\n').filter((text) => text !== '');
    const silent = killed ? `ssh -G did not end within ${TIMEOUT_MS / 1000} s` : 'ssh -G failed';
    return failure(wrongConfig(host, line ?? silent));
  }
}

/** What Node says of a program that failed. */
interface Failed {
  readonly code?: string | number;
  readonly killed: boolean;
  readonly stderr: string;
}

function localUser({ environment }: ConnectContext): string {
  try {
    return userInfo().username;
  } catch {
    // A user without a name, as in containers.
    return environment['USER'] ?? 'root';
  }
}

function wrongConfig(host: string, why: string): Diagnostic {
  return {
    code: 'SF415',
    severity: 'error',
    message: `How to reach ${host} cannot be told: ${why}`,
    place: { kind: 'host', host },
    help: 'Correct ssh_config (~/.ssh/config and /etc/ssh/ssh_config); `ssh -G HOST` says what it comes to.',
  };
}
