import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { execa } from 'execa';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Host } from '../farm/farm.js';
import type { ConnectContext } from './context.js';
import { killGroup, killTreeScript, leave } from './local-processes.js';
import { MOST_OUTPUT_BYTES, OutputCollector } from './output-collector.js';
import type { ExecOutput, Remote } from './remote.js';
import {
  channelRefused,
  connectionLost,
  dialRefused,
  dialTimedOut,
  EXEC_TIMEOUT_MS,
  MOST_STREAM_ERRORS,
  scriptTimedOut,
  signalStatus,
  STOP_MS,
  tooMuchOutput,
} from './remote-error.js';
import { shInput, streamInput } from './script.js';
import { DEFAULT_TIMEOUT_MS } from './ssh-config.js';
import { shellCommand, tellingBegun, unlessRefused } from './sudo.js';

/** What a login over SSH would have, too: nothing else of the operator's own variables reaches a worker. */
const PASSED_ON = ['PATH', 'USER', 'LOGNAME', 'SHELL', 'LANG'];

/** How a shell ended, as execa says it. */
interface Ended {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly shortMessage?: string | undefined;
}

/** How long a script that was killed has to end, before nobody waits for it any more. Milliseconds. */
const ABANDON_MS = 2000;

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
    const shell = this.#startShell(tellingBegun(script, this.#sudo));
    let stopped: Diagnostic | undefined;
    let stop: (why: Diagnostic) => void = () => undefined;
    const abandoned = new Promise<undefined>((resolve) => {
      stop = (why) => {
        stopped ??= why;
        if (shell.pid !== undefined) this.#kill(shell.pid);
        setTimeout(resolve, ABANDON_MS, undefined).unref();
      };
    });
    const timer = setTimeout(() => {
      stop(scriptTimedOut(this.host, timeoutMs));
    }, timeoutMs);
    this.#running.add(stop);
    const result = await Promise.race([shell, abandoned]);
    clearTimeout(timer);
    this.#running.delete(stop);
    if (result === undefined) leave(shell);
    if (result?.isMaxBuffer === true) stop(tooMuchOutput(this.host, MOST_OUTPUT_BYTES));
    if (stopped !== undefined) return failure(stopped);
    return this.#outcome(result ?? {}, result ?? { stdout: '', stderr: '' });
  }

  async stream(
    script: string,
    onOutput: (chunk: Buffer) => void,
    signal: AbortSignal,
  ): Promise<Result<ExecOutput>> {
    if (this.#closed) return failure(this.#lost());
    const shell = this.#startStream();
    const errors = new OutputCollector(MOST_STREAM_ERRORS, () => undefined);
    let lost: Diagnostic | undefined;
    let timer: NodeJS.Timeout | undefined;
    const stop = (why?: Diagnostic): void => {
      lost ??= why;
      shell.stdin.end();
      timer ??= setTimeout(() => {
        if (shell.pid !== undefined) this.#kill(shell.pid);
      }, STOP_MS);
    };
    const onAbort = (): void => {
      stop();
    };
    // A shell that has ended reads no more.
    shell.stdin.on('error', () => undefined);
    shell.stdout.on('data', (chunk: Buffer) => {
      if (!signal.aborted) onOutput(chunk);
    });
    shell.stderr.on('data', (chunk: Buffer) => {
      errors.addStderr(chunk);
    });
    this.#running.add(stop);
    shell.stdin.write(streamInput(tellingBegun(script, this.#sudo)));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', onAbort, { once: true });
    const result = await shell;
    signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
    this.#running.delete(stop);
    return lost === undefined ? this.#outcome(result, errors.text()) : failure(lost);
  }

  #outcome(
    { exitCode, signal, shortMessage }: Ended,
    { stdout, stderr }: Omit<ExecOutput, 'status'>,
  ): Result<ExecOutput> {
    if (exitCode === undefined && signal === undefined)
      return failure(channelRefused(this.host, shortMessage ?? 'sh cannot be started'));
    const user = this.context.environment['USER'] ?? 'the user';
    const asked = { name: this.host, host: this.host, user, sudo: this.#sudo };
    return unlessRefused(asked, success({ stdout, stderr, status: exitCode ?? signalStatus(signal) }));
  }

  get #sudo(): boolean {
    return this.settings.ssh.sudo === true;
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

  isOpen(): boolean {
    return !this.#closed;
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

  /** With sudo all of it belongs to root, and may be in a session of its own: only by sudo can it be ended. */
  #kill(pid: number): void {
    if (!this.#sudo) killGroup(pid);
    else this.#startShell(killTreeScript(pid)).catch(() => undefined);
  }

  #startShell(script: string) {
    const [program, args, options] = this.#shell();
    return execa(program, args, { ...options, input: shInput(script), maxBuffer: MOST_OUTPUT_BYTES });
  }

  #startStream() {
    const [program, args, options] = this.#shell();
    return execa(program, args, { ...options, buffer: false });
  }

  /** In a process group of its own, so that stopping a script stops what it has started. */
  #shell() {
    const { environment, homeDir } = this.context;
    const passedOn = PASSED_ON.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    const [program = '', ...args] = shellCommand(this.#sudo).split(' ');
    const options = {
      env: { ...Object.fromEntries(passedOn), HOME: homeDir },
      extendEnv: false,
      cwd: homeDir,
      detached: true,
      reject: false,
      stripFinalNewline: false,
    } as const;
    return [program, args, options] as const;
  }

  #lost(): Diagnostic {
    return connectionLost(this.host, 'sealfarm closed it');
  }
}
