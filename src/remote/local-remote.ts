import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { execa } from 'execa';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Host } from '../farm/farm.js';
import type { ConnectContext } from './context.js';
import { MOST_OUTPUT_BYTES } from './output-collector.js';
import type { ExecOutput, Remote } from './remote.js';
import {
  channelRefused,
  connectionLost,
  dialRefused,
  dialTimedOut,
  EXEC_TIMEOUT_MS,
  scriptTimedOut,
  signalStatus,
  tooMuchOutput,
} from './remote-error.js';
import { shInput } from './script.js';
import { DEFAULT_TIMEOUT_MS } from './ssh-config.js';
import { shellCommand, sudoRefusal } from './sudo.js';

/** What a login over SSH would have, too: nothing else of the operator's own variables reaches a worker. */
const PASSED_ON = ['PATH', 'USER', 'LOGNAME', 'SHELL', 'LANG'];

/** The operator's own machine as a host of the farm, without SSH. */
export class LocalRemote implements Remote {
  readonly host: string;
  readonly #running = new Set<(why: Diagnostic) => void>();
  readonly #sockets = new Set<Socket>();
  #closed = false;

  constructor(
    private readonly settings: Host,
    private readonly context: ConnectContext,
  ) {
    this.host = settings.name;
  }

  async exec(script: string, options: { readonly timeoutMs?: number } = {}): Promise<Result<ExecOutput>> {
    if (this.#closed) return failure(this.#lost());
    const { timeoutMs = EXEC_TIMEOUT_MS } = options;
    const shell = this.#startShell(script);
    let stopped: Diagnostic | undefined;
    const stop = (why: Diagnostic): void => {
      stopped ??= why;
      if (shell.pid !== undefined) killGroup(shell.pid);
    };
    const timer = setTimeout(() => {
      stop(scriptTimedOut(this.host, timeoutMs));
    }, timeoutMs);
    this.#running.add(stop);
    const result = await shell;
    clearTimeout(timer);
    this.#running.delete(stop);
    if (result.isMaxBuffer) stop(tooMuchOutput(this.host, MOST_OUTPUT_BYTES));
    if (stopped !== undefined) return failure(stopped);
    if (result.exitCode === undefined && result.signal === undefined) {
      return failure(channelRefused(this.host, result.shortMessage ?? 'sh cannot be started'));
    }
    const status = result.exitCode ?? signalStatus(result.signal);
    const output = { stdout: result.stdout, stderr: result.stderr, status };
    const refusal = this.#sudoRefusal(output);
    return refusal === undefined ? success(output) : failure(refusal);
  }

  #sudoRefusal(output: ExecOutput): Diagnostic | undefined {
    if (this.settings.ssh.sudo !== true) return undefined;
    const user = this.context.environment['USER'] ?? 'the user';
    return sudoRefusal({ name: this.host, host: this.host, user }, output);
  }

  dial(host: string, port: number): Promise<Result<Duplex>> {
    if (this.#closed) return Promise.resolve(failure(this.#lost()));
    const { connectTimeoutMs: timeoutMs = DEFAULT_TIMEOUT_MS } = this.settings.ssh;
    const socket = connect({ host, port, noDelay: true });
    this.#sockets.add(socket);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        resolve(failure(dialTimedOut(this.host, host, port, timeoutMs)));
        socket.destroy();
      }, timeoutMs);
      // Stays on the socket: an error nobody listens to would end the process.
      socket.on('error', (error) => {
        resolve(failure(dialRefused(this.host, host, port, error)));
      });
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve(success(socket));
      });
      socket.once('close', () => {
        clearTimeout(timer);
        this.#sockets.delete(socket);
        resolve(failure(this.#lost()));
      });
    });
  }

  notes(): readonly Diagnostic[] {
    return [];
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const stop of this.#running) stop(this.#lost());
    for (const socket of this.#sockets) socket.destroy();
    return Promise.resolve();
  }

  /** In a process group of its own, so that stopping a script stops what it has started. */
  #startShell(script: string) {
    const { environment, homeDir } = this.context;
    const passedOn = PASSED_ON.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    const [program = '', ...args] = shellCommand(this.settings.ssh.sudo === true).split(' ');
    return execa(program, args, {
      input: shInput(script),
      env: { ...Object.fromEntries(passedOn), HOME: homeDir },
      extendEnv: false,
      cwd: homeDir,
      detached: true,
      reject: false,
      stripFinalNewline: false,
      maxBuffer: MOST_OUTPUT_BYTES,
    });
  }

  #lost(): Diagnostic {
    return connectionLost(this.host, 'sealfarm closed it');
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself in the meantime.
  }
}
