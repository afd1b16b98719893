import { Duplex, type Readable, type Writable } from 'node:stream';

/** A connection made by a host, as it looks from here: a channel of ssh2, or the pipes of a process. */
export interface Pipes {
  readonly readable: Readable;
  readonly writable: Writable;
  readonly close: () => void;
}

type Done = (error?: Error | null) => void;

/**
 * A forwarded channel that behaves as a TCP socket does, so that node:http can use it. ssh2's own channel does not:
 * destroying it leaves its unread data, and with them its `close`, waiting for ever, and a write to a closed one
 * is never answered.
 */
export class ForwardedSocket extends Duplex {
  readonly #pipes: Pipes;
  #closed = false;
  #pendingWrite: Done | undefined;

  constructor(pipes: Pipes) {
    super({ allowHalfOpen: false });
    this.#pipes = pipes;
    const { readable } = pipes;
    // Whoever reads learns of a broken connection from `close`; an error nobody listens to would end the process.
    this.on('error', () => undefined);
    readable.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) readable.pause();
    });
    readable.on('end', () => this.push(null));
    readable.on('close', () => {
      this.#closed = true;
      this.#settleWrite(new Error('the forwarded connection is closed'));
      // The end of the readable side has been passed on by now; without a reader nobody would see it.
      if (this.readableFlowing !== true && this.readableLength === 0) this.destroy();
    });
  }

  override _read(): void {
    this.#pipes.readable.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    if (this.#closed) {
      done(new Error('the forwarded connection is closed'));
      return;
    }
    this.#pendingWrite = done;
    this.#pipes.writable.write(chunk, (error) => {
      this.#settleWrite(error ?? undefined);
    });
  }

  override _final(done: Done): void {
    this.#pipes.writable.end();
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#pipes.readable.removeAllListeners('data');
    this.#pipes.readable.resume();
    this.#pipes.close();
    done(error);
  }

  // What node:http calls on a socket and a channel has no use for.
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  destroySoon(): void {
    this.end();
  }

  #settleWrite(error: Error | undefined): void {
    const done = this.#pendingWrite;
    this.#pendingWrite = undefined;
    done?.(error);
  }
}
