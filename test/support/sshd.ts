import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { TestKey } from './ssh-keys.js';
import { until } from './until.js';

/** Of the openssh-server package; it must be called by its whole path. */
const SSHD = '/usr/sbin/sshd';

export interface SshdOptions {
  /** Of the folder in which its configuration lies. */
  readonly name: string;
  readonly hostKey: TestKey;
  /** Lines of authorized_keys. */
  readonly authorized?: readonly string[];
  /** Further lines of sshd_config. */
  readonly config?: readonly string[];
}

/** A real sshd as a plain process on loopback, to which this user can log in. */
export class Sshd {
  readonly address: string = '127.0.0.1';
  readonly user = userInfo().username;
  #said = '';

  private constructor(
    readonly port: number,
    private readonly process: ChildProcess,
  ) {
    process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
  }

  static async start(folder: string, options: SshdOptions): Promise<Sshd> {
    if (!existsSync(SSHD)) throw new Error(`no ${SSHD}: install openssh-server`);
    const own = join(folder, options.name);
    await mkdir(own, { recursive: true, mode: 0o700 });
    // Where sshd drops its rights; it is made by the system's service otherwise.
    if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true });
    const authorized = join(own, 'authorized_keys');
    await writeFile(authorized, (options.authorized ?? []).map((line) => `${line}\n`).join(''));
    const port = await freePort();
    const config = join(own, 'sshd_config');
    const lines = [
      ...(options.config ?? []),
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${options.hostKey.privateFile}`,
      `AuthorizedKeysFile ${authorized}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'LogLevel VERBOSE',
    ];
    await writeFile(config, lines.map((line) => `${line}\n`).join(''));
    const child = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    const sshd = new Sshd(port, child);
    await until(() => sshd.log.includes('Server listening') || child.exitCode !== null, 'sshd listens');
    if (child.exitCode !== null) throw new Error(`sshd does not start: ${sshd.log}`);
    return sshd;
  }

  /** All that it has logged. */
  get log(): string {
    return this.#said;
  }

  /** How many connections it has had. */
  get connections(): number {
    return this.#said.match(/^Connection from /gm)?.length ?? 0;
  }

  /** How many logins it has let in. */
  get logins(): number {
    return this.#said.match(/^Accepted publickey /gm)?.length ?? 0;
  }

  /** The processes that serve its connections. */
  get sessions(): readonly number[] {
    return [...this.#said.matchAll(/^User child is on pid (\d+)/gm)].map(([, pid]) => Number(pid));
  }

  /** The server that listens; what it has let in goes on. */
  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill();
    await ended;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
