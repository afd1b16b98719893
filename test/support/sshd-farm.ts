import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import type { Host, SshSettings } from '../../src/farm/farm.js';
import { connect } from '../../src/remote/connect.js';
import type { ConnectContext } from '../../src/remote/context.js';
import type { Remote } from '../../src/remote/remote.js';
import { aContext, makeSshFolder, testHost, type SshFolder } from './ssh-farm.js';
import type { TestKey } from './ssh-keys.js';
import { Sshd, type SshdOptions } from './sshd.js';

const run = promisify(execFile);

/** Real sshds, an operator who reaches them, and all that has to be ended afterwards. */
export class SshdFarm {
  context: ConnectContext;
  readonly #remotes: Remote[] = [];
  readonly #sshds: Sshd[] = [];
  #count = 0;

  private constructor(readonly keys: SshFolder) {
    this.context = aContext(keys.homeDir, { PATH: process.env['PATH'] });
  }

  static async make(): Promise<SshdFarm> {
    return new SshdFarm(await makeSshFolder());
  }

  /** An sshd that lets the folder's user key in. */
  async sshd(options: Partial<SshdOptions> = {}): Promise<Sshd> {
    this.#count += 1;
    const { hostKey, userKey, folder } = this.keys;
    const usual = { name: `sshd-${this.#count}`, hostKey, authorized: [userKey.publicText] };
    const sshd = await Sshd.start(folder, { ...usual, ...options });
    this.#sshds.push(sshd);
    return sshd;
  }

  /** The host by which an sshd is reached with the user key, known by its host key. */
  async host(
    sshd: Pick<Sshd, 'port' | 'address' | 'user'>,
    ssh: Partial<SshSettings> = {},
    name = 'host-1',
  ): Promise<Host> {
    const knownHostsFile = await this.file(
      `[${sshd.address}]:${sshd.port} ${this.keys.hostKey.publicText}\n`,
    );
    const { port, address, user } = sshd;
    const identityFile = this.keys.userKey.privateFile;
    return { ...testHost({ port, user, knownHostsFile, identityFile, ...ssh }, address), name };
  }

  /** A new file with this text. */
  async file(text: string): Promise<string> {
    this.#count += 1;
    const path = join(this.keys.folder, `file ${this.#count}`);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }

  /** An ssh_config in place of the operator's. */
  async config(...lines: readonly string[]): Promise<void> {
    const file = await this.file(lines.map((line) => `${line}\n`).join(''));
    this.context = aContext(this.keys.homeDir, { PATH: process.env['PATH'] }, file);
  }

  async reach(host: Host): Promise<Remote> {
    const reached = await connect(host, this.context);
    if (!reached.ok) throw new Error(reached.diagnostic.message);
    this.#remotes.push(reached.value);
    return reached.value;
  }

  async refusal(host: Host): Promise<Diagnostic> {
    const reached = await connect(host, this.context);
    if (!reached.ok) return reached.diagnostic;
    this.#remotes.push(reached.value);
    throw new Error('it connected');
  }

  /** Ends what tests have started. */
  async clear(): Promise<void> {
    await Promise.all(this.#remotes.splice(0).map((remote) => remote.close()));
    await this.context.jumps.close();
    await Promise.all(this.#sshds.splice(0).map((sshd) => sshd.stop()));
    this.context = aContext(this.keys.homeDir, { PATH: process.env['PATH'] });
  }
}

/** Signs a key with an authority; the certificate lies beside it, as `ssh` looks for it. */
export async function certify(
  authority: TestKey,
  key: TestKey,
  { host = false, names }: { readonly host?: boolean; readonly names: string },
): Promise<string> {
  const kind = host ? ['-h'] : [];
  await run('ssh-keygen', [
    '-q',
    '-s',
    authority.privateFile,
    '-I',
    'test',
    ...kind,
    '-n',
    names,
    key.publicFile,
  ]);
  return `${key.privateFile}-cert.pub`;
}
