import { existsSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import { failure, success, type Result } from '../../src/diagnostic/result.js';
import { connectionLost } from '../../src/remote/remote-error.js';
import type { ExecOutput, Remote } from '../../src/remote/remote.js';
import type { Fault } from './boundary.js';
import { tapped } from './faulty-call.js';
import { NEVER, type Injector } from './injector.js';
import {
  at,
  CUT_OFF,
  DISK_FULL,
  HANGS,
  hangsAfter,
  onFullDisk,
  purposeOf,
  readOnly,
  recording,
  withBootId,
} from './script-faults.js';

/** How long a script may take that hangs. Milliseconds. */
const PATIENCE = 1500;

const NOISE = 'Last login: never\u0000\u0001{"half": ';

/** A real connection on which faults happen. */
export class FaultyRemote implements Remote {
  readonly host: string;
  readonly #inner: Remote;
  readonly #injector: Injector;
  readonly #minerPort: number;

  constructor(inner: Remote, injector: Injector, minerPort: number) {
    this.host = inner.host;
    this.#inner = inner;
    this.#injector = injector;
    this.#minerPort = minerPort;
    void injector.killed.then(() => inner.close());
  }

  async exec(script: string, options?: { readonly timeoutMs?: number }): Promise<Result<ExecOutput>> {
    if (this.#injector.dead) return NEVER;
    const purpose = purposeOf(script);
    const fault = this.#injector.pass('script', purpose);
    const mayRun = withBootId(script, this.#injector.bootIdFile);
    // A worker that is started inherits a limit or a mount: only where the test is about just that.
    const text = fault === undefined && purpose === 'start' ? mayRun : this.#suffering(mayRun, purpose);
    const result = await (fault === undefined
      ? this.#run(text, options)
      : this.#failing(fault, text, options));
    return this.#unlessDead(result);
  }

  #suffering(text: string, purpose: string): string {
    const { lasting, records, traceFile, folders } = this.#injector;
    if (lasting === 'disk full') return onFullDisk(text);
    if (lasting === 'read-only') return readOnly(text, folders);
    return records && purpose !== 'probe' ? recording(text, traceFile) : text;
  }

  async #run(text: string, options?: { readonly timeoutMs?: number }): Promise<Result<ExecOutput>> {
    const { command, mark } = this.#injector;
    if (command === undefined) return this.#inner.exec(text, options);
    const action = command.fault === 'disk full' ? DISK_FULL : CUT_OFF;
    const result = await this.#inner.exec(at(text, command.label, mark, action), options);
    if (this.#injector.fired || !existsSync(mark)) return result;
    this.#injector.happened();
    if (command.fault === 'disk full') return result;
    if (command.fault === 'cut before') return this.#cut();
    this.#injector.die();
    return NEVER;
  }

  async #failing(
    fault: Fault,
    text: string,
    options?: { readonly timeoutMs?: number },
  ): Promise<Result<ExecOutput>> {
    switch (fault) {
      case 'kill before':
        this.#injector.die();
        return NEVER;
      case 'kill after':
        await this.#inner.exec(text, options);
        this.#injector.die();
        return NEVER;
      case 'cut before':
        return this.#cut();
      case 'cut after':
        await this.#inner.exec(text, options);
        return this.#cut();
      case 'hang before':
        return this.#inner.exec(HANGS, { timeoutMs: PATIENCE });
      case 'hang after':
        return this.#inner.exec(hangsAfter(text), { timeoutMs: PATIENCE });
      case 'worker dies':
        this.#injector.killWorkers();
        return this.#inner.exec(text, options);
      case 'reboot':
        this.#injector.reboot();
        return this.#cut();
      case 'garbage': {
        const result = await this.#inner.exec(text, options);
        return result.ok ? success({ ...result.value, stdout: NOISE }) : result;
      }
      case 'disk full':
      case 'read-only':
        return this.#inner.exec(text, options);
    }
  }

  /** A sealfarm that has died meanwhile hears nothing more. */
  #unlessDead<T>(result: Result<T>): Result<T> | Promise<never> {
    return this.#injector.dead ? NEVER : result;
  }

  /** Everything that is on its way over this connection breaks off. */
  async #cut(): Promise<Result<never>> {
    await this.#inner.close();
    return failure(connectionLost(this.host, 'cut by the test'));
  }

  async stream(
    script: string,
    onOutput: (chunk: Buffer) => void,
    signal: AbortSignal,
  ): Promise<Result<ExecOutput>> {
    return this.#injector.dead ? NEVER : this.#inner.stream(script, onOutput, signal);
  }

  async dial(host: string, port: number): Promise<Result<Duplex>> {
    if (this.#injector.dead) return NEVER;
    const dialled = await this.#inner.dial(host, port);
    if (!dialled.ok) return this.#unlessDead(dialled);
    const who = port === this.#minerPort ? 'miner' : 'worker';
    const cut = (): void => void this.#inner.close();
    return this.#unlessDead(success(tapped(dialled.value, who, this.#injector, cut)));
  }

  isOpen(): boolean {
    return this.#inner.isOpen();
  }

  notes(): readonly Diagnostic[] {
    return this.#inner.notes();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
