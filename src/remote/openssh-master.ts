import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { atExit } from './at-exit.js';
import type { ConnectContext } from './context.js';
import type { Endpoint } from './endpoint.js';
import { throughMaster, toHost } from './openssh-arguments.js';
import { whyLost } from './openssh-error.js';
import type { LoggedIn } from './openssh-login.js';
import { connectionLost } from './remote-error.js';

/** How long a master has to end when it is told to. Milliseconds. */
const GOODBYE_MS = 1000;

/** The system's `ssh` in the background, logged in to one machine: all that is done there goes through its socket. */
export class OpensshMaster {
  readonly socket: string;
  readonly environment: ConnectContext['environment'];
  readonly #logged: LoggedIn;
  readonly #closed: Promise<void>;
  #whyLost: string | undefined;
  #lost: Diagnostic | undefined;
  #clients = 0;

  constructor(endpoint: Endpoint, logged: LoggedIn, { environment }: Pick<ConnectContext, 'environment'>) {
    this.#logged = logged;
    this.socket = logged.files.socket;
    this.environment = environment;
    const takeBack = atExit(() => {
      spawnSync('ssh', this.#goodbye(), { env: environment, stdio: 'ignore', timeout: GOODBYE_MS });
      rmSync(logged.folder, { recursive: true, force: true });
    });
    const closed = new Promise<void>((resolve) => {
      if (logged.held.closed) resolve();
      logged.held.once('close', resolve);
    });
    this.#closed = closed.then(async () => {
      this.#whyLost ??= whyLost(await this.log(), endpoint);
      this.#lost = connectionLost(endpoint.name, this.#whyLost);
      takeBack();
    });
  }

  /** Why the connection is gone; undefined while it stands. */
  get lost(): Diagnostic | undefined {
    return this.#lost;
  }

  /** All that it has said. */
  log(): Promise<string> {
    return readFile(this.#logged.files.log, 'utf8').catch(() => '');
  }

  /** A file for what one client says. */
  clientLog(): string {
    this.#clients += 1;
    return join(this.#logged.folder, `client-${this.#clients}`);
  }

  /** The same, told by the master itself: it may have ended so lately that the news is not here yet. */
  async whetherLost(): Promise<Diagnostic | undefined> {
    if (this.#lost !== undefined) return this.#lost;
    const check = await this.#ask('check');
    if (check.exitCode === 0) return undefined;
    this.#logged.held.destroy();
    await this.#closed;
    return this.#lost;
  }

  async close(): Promise<void> {
    if (this.#lost === undefined) {
      this.#whyLost = 'sealfarm closed it';
      await this.#ask('exit');
      const timer = setTimeout(() => this.#logged.held.destroy(), GOODBYE_MS);
      await this.#closed;
      clearTimeout(timer);
    }
    await rm(this.#logged.folder, { recursive: true, force: true });
  }

  #ask(what: 'check' | 'exit') {
    const { environment } = this;
    return execa('ssh', [...throughMaster(this.socket), '-O', what, ...toHost()], {
      env: environment,
      extendEnv: false,
      stdin: 'ignore',
      timeout: GOODBYE_MS,
      reject: false,
    });
  }

  #goodbye(): string[] {
    return [...throughMaster(this.socket), '-O', 'exit', ...toHost()];
  }
}
