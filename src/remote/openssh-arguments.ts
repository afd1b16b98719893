import { shellWord } from './context.js';
import { dialCommand } from './dial-program.js';
import type { Endpoint } from './endpoint.js';
import { fileWord, sshTarget } from './ssh-config.js';

/** What a master has in a folder of its own. */
export interface MasterFiles {
  readonly socket: string;
  /** What it says. */
  readonly log: string;
  /** What the command says that leads to its machine: with ControlPersist nobody else hears it. */
  readonly wayLog: string;
}

/** For how long a master waits for somebody after sealfarm was killed. Seconds. */
const LINGERS = 10;

/**
 * One connection in the background, logged in, that runs nothing: sessions go through its socket. What is said here
 * is above ssh_config, so that nobody is asked anything, nothing else is forwarded and host keys are always checked.
 *
 * @param throughJump the command that leads through a jump host, where there is one
 */
export function masterArguments(endpoint: Endpoint, files: MasterFiles, throughJump?: string): string[] {
  const { hostKeys, keepAlive, connectTimeoutMs, asked, via } = endpoint;
  const way = via?.kind === 'command' ? `sh -c ${shellWord(`exec ${via.written}`)}` : throughJump;
  return [
    ...['-M', '-N', '-f', '-T', '-a', '-x', '-S', files.socket, '-E', files.log],
    ...option('ControlPersist', LINGERS),
    ...option('BatchMode', 'yes'),
    ...option('StrictHostKeyChecking', hostKeys.acceptNew ? 'accept-new' : 'yes'),
    ...option('UpdateHostKeys', 'no'),
    ...option('ConnectTimeout', Math.ceil(connectTimeoutMs / 1000)),
    ...option('ConnectionAttempts', 1),
    ...option('ServerAliveInterval', Math.ceil(keepAlive.intervalMs / 1000)),
    ...option('ServerAliveCountMax', keepAlive.misses),
    ...option('ClearAllForwardings', 'yes'),
    ...option('Tunnel', 'no'),
    ...option('PermitLocalCommand', 'no'),
    ...option('RemoteCommand', 'none'),
    ...option('LogLevel', 'INFO'),
    ...(way === undefined
      ? []
      : [...option('ProxyCommand', `${way} 2>>${files.wayLog}`), ...option('ProxyUseFdpass', 'no')]),
    ...ownFiles(endpoint),
    ...sshTarget(asked),
  ];
}

/** The files that the farm names. */
function ownFiles({ asked: { wishes }, keys, hostKeys }: Endpoint): string[] {
  const [key = ''] = keys.files;
  const [known = ''] = hostKeys.files;
  return [
    ...(wishes.identityFile === undefined
      ? []
      : [...option('IdentityFile', fileWord(key)), ...option('IdentitiesOnly', 'yes')]),
    ...(wishes.knownHostsFile === undefined
      ? []
      : [...option('UserKnownHostsFile', fileWord(known)), ...option('GlobalKnownHostsFile', 'none')]),
  ];
}

function option(name: string, value: string | number): [string, string] {
  return ['-o', `${name}=${value}`];
}

/**
 * Goes through the socket of a master and never around it: without a master ssh would connect anew, and finds no way.
 *
 * @param log of this client alone; standard error is the script's
 */
export function throughMaster(socket: string, log?: string): string[] {
  return [
    ...['-F', 'none', '-T', '-S', socket, ...(log === undefined ? [] : ['-E', log])],
    ...option('ControlMaster', 'no'),
    ...option('ProxyCommand', 'false'),
    ...option('BatchMode', 'yes'),
  ];
}

/** What follows of a client's arguments: a name has to be, and is not used. */
export function toHost(...command: readonly string[]): string[] {
  return ['--', 'sealfarm', ...command];
}

export function forwardTo(host: string, port: number): string[] {
  return ['-W', `[${host}]:${port}`, ...toHost()];
}

type Target = Pick<Endpoint, 'address' | 'port'>;

/** A ProxyCommand that leads through the connection to a jump host. */
export function jumpCommand(socket: string, { address, port }: Target): string {
  return commandOf([...throughMaster(socket), ...forwardTo(address, port)]);
}

/** The same where the jump host's sshd forwards nothing. What its program says first ssh takes for a greeting. */
export function jumpCommandByProgram(socket: string, { address, port }: Target): string {
  return commandOf([...throughMaster(socket), ...toHost(dialCommand(address, port))]);
}

function commandOf(words: readonly string[]): string {
  return ['ssh', ...words].map(shellWord).join(' ').replaceAll('%', '%%');
}
