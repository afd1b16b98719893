import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { until } from './until.js';
import type { SshFolder } from './ssh-farm.js';

/** What a host needs before its sshd starts: a name, and system folders that are nobody else's. */
const BECOME = `set -eu
echo "$1" >/proc/sys/kernel/hostname
cp -a /etc "$2/etc"
mount --bind "$2/etc" /etc
mount -t tmpfs none /var/lib
mount -t tmpfs none /run
mkdir -p /run/sshd
exec /usr/sbin/sshd -D -e -f "$2/sshd_config"
`;

interface SpaceHostOptions {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Folder in which a login finds lotus-worker. */
  readonly programs: string;
}

/**
 * A host with a real sshd in namespaces of its own: its processes, its name, its /etc, /run and /var/lib. The network is that
 * of this machine, and so are all other files. It needs root.
 */
export class SpaceHost {
  #said = '';

  private constructor(
    readonly name: string,
    readonly address: string,
    readonly port: number,
    private readonly keys: SshFolder,
    private readonly keeper: ChildProcess,
  ) {
    keeper.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
  }

  /** @param folder of its own, which must not be there yet */
  static async start(
    { name, address, port, programs }: SpaceHostOptions,
    folder: string,
    keys: SshFolder,
  ): Promise<SpaceHost> {
    await mkdir(folder, { recursive: true });
    const authorized = join(folder, 'authorized_keys');
    await writeFile(authorized, `${keys.userKey.publicText}\n`);
    const lines = [
      `Port ${port}`,
      `ListenAddress ${address}`,
      `HostKey ${keys.hostKey.privateFile}`,
      `AuthorizedKeysFile ${authorized}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      `SetEnv PATH=${programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    ];
    await writeFile(join(folder, 'sshd_config'), lines.map((line) => `${line}\n`).join(''));
    // Its first process ends with the keeper, and with that one all others of the host.
    const spaces = ['--pid', '--fork', '--kill-child', '--mount', '--mount-proc', '--uts'];
    const keeper = spawn('unshare', [...spaces, 'sh', '-c', BECOME, 'become', name, folder], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const host = new SpaceHost(name, address, port, keys, keeper);
    await until(() => host.#said.includes('Server listening') || keeper.exitCode !== null, `${name} listens`);
    if (keeper.exitCode !== null) throw new Error(`${name} does not start: ${host.#said}`);
    return host;
  }

  /** As known_hosts has it. */
  get knownAs(): string {
    return `[${this.address}]:${this.port} ${this.keys.hostKey.publicText}`;
  }

  /** As a person names it to ssh. */
  get words(): string {
    return `root@${this.address}:${this.port}`;
  }

  /** What a line of shell prints that a person runs there by ssh; throws where it fails. */
  async sh(line: string): Promise<string> {
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
    const words = ['-F', '/dev/null', '-i', this.keys.userKey.privateFile, '-p', String(this.port)];
    const { stdout } = await execa(
      'ssh',
      [...words, ...options.flatMap((option) => ['-o', option]), `root@${this.address}`, line],
      { stdin: 'ignore', timeout: 60_000 },
    );
    return stdout;
  }

  /** Ends everything that runs there. */
  async stop(): Promise<void> {
    if (this.keeper.exitCode !== null || this.keeper.signalCode !== null) return;
    const ended = once(this.keeper, 'exit');
    this.keeper.kill('SIGKILL');
    await ended;
  }
}
