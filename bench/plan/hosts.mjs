// Hosts to plan on: real sshd processes, or servers of ssh2 in one process; and the farm's file that names them.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';

const PORT = 2222;

/** A loopback address for each host: 127.77.0.1 and on. */
export const addressOf = (host) => `127.77.${Math.floor(host / 250)}.${(host % 250) + 1}`;

const numbered = (count) => Array.from({ length: count }, (_, host) => host);

/** Keys, a home for the operator who knows all hosts, and what the servers need; all below `folder`. */
export function makeKeys(folder, count) {
  const key = (name) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'bench', '-f', join(folder, name)]);
    return join(folder, name);
  };
  mkdirSync(join(folder, 'home/.ssh'), { recursive: true, mode: 0o700 });
  const [hostKey, userKey] = [key('host_key'), key('user_key')];
  const publicKey = readFileSync(`${hostKey}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  const known = numbered(count).map((host) => `[${addressOf(host)}]:${PORT} ${publicKey}\n`);
  writeFileSync(join(folder, 'known_hosts'), known.join(''));
  writeFileSync(join(folder, 'token'), 'bench-token\n', { mode: 0o600 });
  return { hostKey, userKey, publicKey };
}

/** The paths of one host, in a folder of its own: they are all on one machine. */
export function pathsOf(folder, host) {
  const own = join(folder, 'hosts', String(host));
  return { config: `${own}/etc`, state: `${own}/state`, repo: `${own}/repo`, seal: `${own}/seal` };
}

export function writeFarm(folder, count, minerPort) {
  const hosts = numbered(count).map((host) => {
    const { config, state, repo, seal } = pathsOf(folder, host);
    const storage = `[{ path: ${seal}, seal: true, mount: any }]`;
    return `  host-${host}:
    address: ${addressOf(host)}
    paths: { config: ${config}, state: ${state} }
    workers: { worker-${host}: { profile: pc1, listen: "${addressOf(host)}:3456", repo: ${repo}, storage: ${storage} } }`;
  });
  const text = `version: 1
farm: bench
sectorSize: 32GiB
miner: { api: /ip4/127.0.0.1/tcp/${minerPort}/http, token: { file: ${join(folder, 'token')} } }
defaults:
  ssh:
    user: ${userInfo().username}
    port: ${PORT}
    identityFile: ${join(folder, 'user_key')}
    knownHostsFile: ${join(folder, 'known_hosts')}
profiles:
  pc1: { tasks: [addpiece, precommit1], limits: { PC1: 4 }, binary: /bin/true }
hosts:
${hosts.map((host) => host.replace('    workers:', '    hardware: { cpus: 32, memory: 512GiB, disk: 7TiB }\n    serviceManager: process\n    workers:')).join('\n')}
`;
  const file = join(folder, 'sealfarm.yaml');
  writeFileSync(file, text);
  return file;
}

/** One sshd a host, as root or as anybody. */
export async function startSshd(folder, count) {
  if (process.getuid() === 0) mkdirSync('/run/sshd', { recursive: true });
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(join(folder, 'user_key.pub')), { mode: 0o600 });
  const servers = numbered(count).map((host) => {
    const config = join(folder, `sshd_config_${host}`);
    const lines = [
      `ListenAddress ${addressOf(host)}:${PORT}`,
      `HostKey ${join(folder, 'host_key')}`,
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
    ];
    writeFileSync(config, `${lines.join('\n')}\n`);
    return spawn('/usr/sbin/sshd', ['-D', '-f', config], { stdio: 'ignore' });
  });
  const stop = () => servers.forEach((server) => server.kill());
  try {
    await Promise.all(numbered(count).map((host) => accepting(addressOf(host))));
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
}

/** All in one child process, whose answers are made by a real sh once and then come from memory. */
export async function startInProcess(folder, count) {
  const program = new URL('in-process.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, folder, String(count), String(PORT)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the servers ended')));
    child.stdout.once('data', resolve);
  });
  return () => child.kill();
}

async function accepting(address) {
  const end = Date.now() + 60_000;
  const tryOnce = () =>
    new Promise((resolve) => {
      const socket = connect(PORT, address, () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  while (!(await tryOnce())) {
    if (Date.now() > end) throw new Error(`nothing listens on ${address}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
