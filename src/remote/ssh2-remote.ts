import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import { ChannelLimit } from './channel-limit.js';
import type { Endpoint } from './endpoint.js';
import { Dialler, FORBIDDEN } from './dialler.js';
import { awaitConnected, dialCommand } from './dial-program.js';
import { ForwardedSocket, type Pipes } from './forwarded-socket.js';
import type { ExecOutput, Remote } from './remote.js';
import {
  saidBySsh2,
  channelRefused,
  connectionLost,
  dialRefused,
  dialTimedOut,
  EXEC_TIMEOUT_MS,
  isForbidden,
  scriptTimedOut,
} from './remote-error.js';
import { runScript, streamScript } from './ssh2-exec.js';
import { shellCommand, tellingBegun, unlessRefused } from './sudo.js';

/** How long the host has to answer a goodbye. Milliseconds. */
const GOODBYE_MS = 1000;

/** Asks ssh2 for a channel. */
type AskForChannel = (answer: (error: Error | undefined, channel: ClientChannel) => void) => void;

/** One SSH connection that is logged in. */
export class Ssh2Remote implements Remote {
  readonly host: string;
  readonly #limit: ChannelLimit;
  readonly #closed: Promise<void>;
  readonly #dialler = new Dialler(
    (host, port) => this.#forward(host, port),
    (host, port) => this.#dialByProgram(host, port),
  );
  #lost: Diagnostic | undefined;
  #whyLost = 'the host closed it';

  constructor(
    private readonly endpoint: Endpoint,
    private readonly client: Client,
    private readonly socket: Duplex,
    private readonly most: {
      readonly mostOutput: number;
      readonly mostChannels?: number;
      readonly patienceMs?: number;
    },
  ) {
    this.host = endpoint.name;
    this.#limit = new ChannelLimit(most.mostChannels, most.patienceMs);
    client.on('error', (error) => {
      this.#whyLost = saidBySsh2(error.message, endpoint.keepAlive);
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
      const opening = this.#open(
        release,
        (answer) => this.client.exec(shellCommand(this.endpoint.sudo), answer),
        (channel) => ({ channel, output: this.#run(channel, script) }),
      );
      const work = opening.then((opened) =>
        opened instanceof Error ? failure(channelRefused(this.host, opened.message)) : opened.output,
      );
      return this.#within(timeoutMs, work, scriptTimedOut(this.host, timeoutMs), async () => {
        const opened = await opening;
        if (!(opened instanceof Error)) opened.channel.close();
      });
    }, this.#noRun);
  }

  /** Holds its channel for as long as it lasts: at most eight at a time do on one connection. */
  stream(
    script: string,
    onOutput: (chunk: Buffer) => void,
    signal: AbortSignal,
  ): Promise<Result<ExecOutput>> {
    return this.#limit.hold(async (release) => {
      const opened = await this.#open(
        release,
        (answer) => this.client.exec(shellCommand(this.endpoint.sudo), answer),
        (channel) => ({
          output: streamScript(channel, this.host, this.#told(script), onOutput, signal),
        }),
      );
      const output =
        opened instanceof Error ? failure(channelRefused(this.host, opened.message)) : await opened.output;
      return this.#lost === undefined ? unlessRefused(this.endpoint, output) : failure(this.#lost);
    }, this.#noRun);
  }

  #told(script: string): string {
    return tellingBegun(script, this.endpoint.sudo);
  }

  async #run(channel: ClientChannel, script: string): Promise<Result<ExecOutput>> {
    const output = await runScript(channel, this.host, this.#told(script), this.most.mostOutput);
    return unlessRefused(this.endpoint, output);
  }

  dial(host: string, port: number): Promise<Result<Duplex>> {
    return this.#dialler.dial(host, port);
  }

  #forward(host: string, port: number): Promise<Result<Duplex | typeof FORBIDDEN>> {
    const timeoutMs = this.endpoint.connectTimeoutMs;
    return this.#limit.hold(
      (release) => {
        const opening = this.#open(
          release,
          (answer) => this.client.forwardOut('127.0.0.1', 0, host, port, answer),
          (channel) => new ForwardedSocket(pipesOf(channel)),
        );
        const work = opening.then((opened): Result<Duplex | typeof FORBIDDEN> => {
          if (!(opened instanceof Error)) return success(opened);
          if (isForbidden(opened)) return success(FORBIDDEN);
          return failure(dialRefused(this.host, host, port, opened));
        });
        return this.#within(timeoutMs, work, dialTimedOut(this.host, host, port, timeoutMs), async () => {
          const dialled = await work;
          if (dialled.ok && dialled.value !== FORBIDDEN) dialled.value.destroy();
        });
      },
      this.#noWay(host, port),
    );
  }

  #dialByProgram(host: string, port: number): Promise<Result<Duplex>> {
    const timeoutMs = this.endpoint.connectTimeoutMs;
    return this.#limit.hold(
      (release) => {
        const opening = this.#open(
          release,
          (answer) => this.client.exec(dialCommand(host, port), answer),
          (channel) => ({ channel, connected: awaitConnected(channel) }),
        );
        const work = opening.then(async (opened) => {
          if (opened instanceof Error) return failure(channelRefused(this.host, opened.message));
          const { channel, connected } = opened;
          channel.stderr.resume();
          if (await connected) return success(new ForwardedSocket(pipesOf(channel)));
          channel.close();
          return failure(dialRefused(this.host, host, port, new Error('connection refused')));
        });
        return this.#within(timeoutMs, work, dialTimedOut(this.host, host, port, timeoutMs), async () => {
          const opened = await opening;
          if (!(opened instanceof Error)) opened.channel.close();
        });
      },
      this.#noWay(host, port),
    );
  }

  isOpen(): boolean {
    return this.#lost === undefined;
  }

  notes(): readonly Diagnostic[] {
    return this.#dialler.notes(this.endpoint.host);
  }

  async close(): Promise<void> {
    if (this.#lost !== undefined) return;
    this.#whyLost = 'sealfarm closed it';
    this.client.end();
    const timer = setTimeout(() => this.socket.destroy(), GOODBYE_MS);
    await this.#closed;
    clearTimeout(timer);
  }

  readonly #noRun = (why: string): Result<never> => failure(channelRefused(this.host, why));

  #noWay(host: string, port: number): (why: string) => Result<never> {
    return (why) => failure(dialRefused(this.host, host, port, new Error(why)));
  }

  /**
   * `release` is called when the channel is closed, or at once when there is none. `use` begins at once: what a command
   * that ends early says may be in the same packet as that it was started.
   */
  #open<T>(release: () => void, ask: AskForChannel, use: (channel: ClientChannel) => T): Promise<T | Error> {
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
          resolve(use(channel));
        });
      } catch (error) {
        // ssh2 throws where the socket has ended and `close` has not come yet.
        this.#lost ??= connectionLost(this.host, this.#whyLost);
        refuse(error);
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

function pipesOf(channel: ClientChannel): Pipes {
  return {
    readable: channel,
    writable: channel,
    close: () => {
      channel.close();
    },
  };
}
