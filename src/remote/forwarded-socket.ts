import { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';

type Done = (error?: Error | null) => void;

/**
 * A forwarded channel that behaves as a TCP socket does, so that node:http can use it. ssh2's own channel does not:
 * destroying it leaves its unread data, and with them its `close`, waiting for ever, and a write to a closed one
 * is never answered.
 */
export class ForwardedSocket extends Duplex {
  readonly #channel: ClientChannel;
  #closed = false;
  #pendingWrite: Done | undefined;

  constructor(channel: ClientChannel) {
    super({ allowHalfOpen: false });
    this.#channel = channel;
    // Whoever reads learns of a broken connection from `close`; an error nobody listens to would end the process.
    this.on('error', () => undefined);
    channel.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) channel.pause();
    });
    channel.on('end', () => this.push(null));
    channel.on('close', () => {
      this.#closed = true;
      this.#settleWrite(new Error('the forwarded connection is closed'));
      // The end of the readable side has been passed on by now; without a reader nobody would see it.
      if (this.readableFlowing !== true && this.readableLength === 0) this.destroy();
    });
  }

  override _read(): void {
    this.#channel.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    if (this.#closed) {
      done(new Error('the forwarded connection is closed'));
      return;
    }
    this.#pendingWrite = done;
    this.#channel.write(chunk, (error) => {
      this.#settleWrite(error ?? undefined);
    });
  }

  override _final(done: Done): void {
    this.#channel.end();
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#channel.removeAllListeners('data');
    this.#channel.resume();
    this.#channel.close();
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
