import type { Duplex } from 'node:stream';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Result } from '../diagnostic/result.js';
import type { ExecOutput, Remote } from '../remote/remote.js';

/** A host whose connection is opened when it is first needed, and again after it broke: waits last for hours. */
export class RenewingRemote implements Remote {
  readonly host: string;
  readonly #open: () => Promise<Result<Remote>>;
  #current: Promise<Result<Remote>> | undefined;
  /** What `#current` has become, once it is there. */
  #opened: Remote | undefined;
  #notes: () => readonly Diagnostic[] = () => [];

  constructor(host: string, open: () => Promise<Result<Remote>>) {
    this.host = host;
    this.#open = open;
  }

  exec(script: string, options?: { readonly timeoutMs?: number }): Promise<Result<ExecOutput>> {
    return this.#use((remote) => remote.exec(script, options));
  }

  stream(
    script: string,
    onOutput: (chunk: Buffer) => void,
    signal: AbortSignal,
  ): Promise<Result<ExecOutput>> {
    return this.#use((remote) => remote.stream(script, onOutput, signal));
  }

  dial(host: string, port: number): Promise<Result<Duplex>> {
    return this.#use((remote) => remote.dial(host, port));
  }

  /** It is opened again when it is needed. */
  isOpen(): boolean {
    return true;
  }

  /** Of the last connection that there was. */
  notes(): readonly Diagnostic[] {
    return this.#notes();
  }

  async close(): Promise<void> {
    const opened = await this.#current;
    this.#current = this.#opened = undefined;
    if (opened?.ok === true) await opened.value.close();
  }

  async #use<T>(work: (remote: Remote) => Promise<Result<T>>): Promise<Result<T>> {
    // One that broke while nobody used it: what was never sent can be sent over another.
    const lost = this.#opened?.isOpen() === false ? this.#opened : undefined;
    if (lost !== undefined) this.#current = this.#opened = undefined;
    const opening = (this.#current ??= this.#open());
    await lost?.close();
    const opened = await opening;
    if (opened.ok) {
      this.#notes = () => opened.value.notes();
      if (this.#current === opening) this.#opened = opened.value;
    }
    const result = opened.ok ? await work(opened.value) : opened;
    const broken = !opened.ok || (!result.ok && result.diagnostic.code === 'SF405');
    if (broken && this.#current === opening) {
      this.#current = this.#opened = undefined;
      if (opened.ok) await opened.value.close();
    }
    return result;
  }
}
