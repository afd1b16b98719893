import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Host } from '../farm/farm.js';
import { ChannelLimit } from './channel-limit.js';
import { ForwardedSocket } from './forwarded-socket.js';
import type { ExecOutput, Remote } from './remote.js';
import {
  channelRefused,
  connectionLost,
  dialRefused,
  dialTimedOut,
  EXEC_TIMEOUT_MS,
  scriptTimedOut,
} from './remote-error.js';
import { runScript } from './ssh2-exec.js';

/** How long the host has to answer a goodbye. Milliseconds. */
const GOODBYE_MS = 1000;

/** Asks ssh2 for a channel. */
type AskForChannel = (answer: (error: Error | undefined, channel: ClientChannel) => void) => void;

/** One SSH connection that is logged in. */
export class Ssh2Remote implements Remote {
  readonly host: string;
  readonly #limit = new ChannelLimit();
  readonly #closed: Promise<void>;
  #lost: Diagnostic | undefined;
  #whyLost = 'the host closed it';

  constructor(
    private readonly settings: Host,
    private readonly client: Client,
    private readonly socket: Socket,
    private readonly mostOutput: number,
  ) {
    this.host = settings.name;
    client.on('error', (error) => {
      this.#whyLost = error.message === 'Keepalive timeout' ? 'the host no longer answers' : error.message;
    });
    this.#closed = new Promise((resolve) => {
      client.once('close', () => {
        this.#lost = connectionLost(this.host, this.#whyLost);
        resolve();
      });
    });
  }

  exec(script: string, options: { readonly timeoutMs?: number } = {}): Promise<Result<ExecOutput>> {
    const { timeoutMs = EXEC_TIMEOUT_MS } = options;
    return this.#limit.hold((release) => {
      const opening = this.#open(release, (answer) => this.client.exec('sh -s', answer));
      const work = opening.then((opened) =>
        opened instanceof Error
          ? failure(channelRefused(this.host, opened.message))
          : runScript(opened, this.host, script, this.mostOutput),
      );
      return this.#within(timeoutMs, work, scriptTimedOut(this.host, timeoutMs), async () => {
        const opened = await opening;
        if (!(opened instanceof Error)) opened.close();
      });
    });
  }

  dial(host: string, port: number): Promise<Result<Duplex>> {
    const timeoutMs = this.settings.ssh.connectTimeoutMs;
    return this.#limit.hold((release) => {
      const opening = this.#open(release, (answer) =>
        this.client.forwardOut('127.0.0.1', 0, host, port, answer),
      );
      const work = opening.then((opened) =>
        opened instanceof Error
          ? failure(dialRefused(this.host, host, port, opened))
          : success(new ForwardedSocket(opened)),
      );
      return this.#within(timeoutMs, work, dialTimedOut(this.host, host, port, timeoutMs), async () => {
        const dialled = await work;
        if (dialled.ok) dialled.value.destroy();
      });
    });
  }

  async close(): Promise<void> {
    if (this.#lost !== undefined) return;
    this.#whyLost = 'sealfarm closed it';
    this.client.end();
    const timer = setTimeout(() => this.socket.destroy(), GOODBYE_MS);
    await this.#closed;
    clearTimeout(timer);
  }

  /** `release` is called when the channel is closed, or at once when there is none. */
  #open(release: () => void, ask: AskForChannel): Promise<ClientChannel | Error> {
    return new Promise((resolve) => {
      const refuse = (error: unknown): void => {
        release();
        resolve(error instanceof Error ? error : new Error(String(error)));
      };
      try {
        ask((error, channel) => {
          if (error !== undefined) {
            refuse(error);
            return;
          }
          channel.once('close', release);
          channel.on('error', () => undefined);
          channel.stderr.on('error', () => undefined);
          resolve(channel);
        });
      } catch (error) {
        refuse(error); // ssh2 throws where the socket has ended and `close` has not come yet
      }
    });
  }

  /**
   * The outcome of `work`, or a failure when the time is over before. ssh2 closes every channel of a connection that
   * is lost, so `work` ends then, too; what it says is less to the point than that the connection is gone.
   */
  #within<T>(
    timeoutMs: number,
    work: Promise<Result<T>>,
    late: Diagnostic,
    abandon: () => Promise<void>,
  ): Promise<Result<T>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        resolve(failure(late));
        abandon().catch(reject);
      }, timeoutMs);
      work
        .then((result) => {
          clearTimeout(timer);
          resolve(this.#lost === undefined ? result : failure(this.#lost));
        })
        .catch(reject);
    });
  }
}
