import type { Duplex } from 'node:stream';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import { ChannelLimit } from './channel-limit.js';
import { Dialler, FORBIDDEN } from './dialler.js';
import { awaitConnected, dialCommand } from './dial-program.js';
import type { Endpoint } from './endpoint.js';
import { ForwardedSocket } from './forwarded-socket.js';
import { forwardTo, toHost } from './openssh-arguments.js';
import { openChannel, type OpensshChannel } from './openssh-channel.js';
import { whyNotForwarded } from './openssh-error.js';
import { runByOpenssh, statedShell, streamByOpenssh, type Shell } from './openssh-exec.js';
import type { OpensshMaster } from './openssh-master.js';
import { channelRefused, dialRefused, dialTimedOut, EXEC_TIMEOUT_MS } from './remote-error.js';
import type { ExecOutput, Remote } from './remote.js';
import { shellCommand, tellingBegun, unlessRefused } from './sudo.js';

/** One connection of the system's `ssh`, and one more `ssh` for each thing that is done over it. */
export class OpensshRemote implements Remote {
  readonly host: string;
  readonly #limit = new ChannelLimit();
  readonly #shell: Shell;
  readonly #dialler = new Dialler(
    (host, port) => this.#forward(host, port),
    (host, port) => this.#dialByProgram(host, port),
  );

  /** @param chosen says why the host is reached so, where nobody has written it */
  constructor(
    private readonly endpoint: Endpoint,
    private readonly master: OpensshMaster,
    private readonly chosen: readonly Diagnostic[] = [],
  ) {
    this.host = endpoint.name;
    this.#shell = { host: this.host, master, command: statedShell(shellCommand(endpoint.sudo)) };
  }

  exec(script: string, options: { readonly timeoutMs?: number } = {}): Promise<Result<ExecOutput>> {
    const { timeoutMs = EXEC_TIMEOUT_MS } = options;
    return this.#inShell(() =>
      runByOpenssh(this.#shell, tellingBegun(script, this.endpoint.sudo), timeoutMs),
    );
  }

  /** Runs a script and hands over what it prints as it comes, until it ends or is ended by the signal. */
  stream(
    script: string,
    onOutput: (chunk: Buffer) => void,
    signal: AbortSignal,
  ): Promise<Result<ExecOutput>> {
    const told = tellingBegun(script, this.endpoint.sudo);
    return this.#inShell(() => streamByOpenssh(this.#shell, told, onOutput, signal));
  }

  #inShell(run: () => Promise<Result<ExecOutput>>): Promise<Result<ExecOutput>> {
    return this.#limit.hold(
      async (release) => {
        if (this.master.lost !== undefined) {
          release();
          return failure(this.master.lost);
        }
        return unlessRefused(this.endpoint, await run().finally(release));
      },
      (why) => failure(channelRefused(this.host, why)),
    );
  }

  dial(host: string, port: number): Promise<Result<Duplex>> {
    return this.#dialler.dial(host, port);
  }

  async #forward(host: string, port: number): Promise<Result<Duplex | typeof FORBIDDEN>> {
    const before = (await this.master.log()).length;
    const found = { forbidden: false };
    const connected = await this.#connect(host, port, forwardTo(host, port), async ({ opened }) => {
      if (await opened) return undefined;
      const { why, forbidden } = whyNotForwarded((await this.master.log()).slice(before));
      found.forbidden = forbidden;
      return why;
    });
    return found.forbidden ? success(FORBIDDEN) : connected;
  }

  #dialByProgram(host: string, port: number): Promise<Result<Duplex>> {
    return this.#connect(host, port, toHost(dialCommand(host, port)), async ({ pipes }) =>
      (await awaitConnected(pipes.readable)) ? undefined : 'connection refused',
    );
  }

  /** @param whyNot waits until the host is connected; then it is undefined */
  #connect(
    host: string,
    port: number,
    what: readonly string[],
    whyNot: (channel: OpensshChannel) => Promise<string | undefined>,
  ): Promise<Result<Duplex>> {
    const timeoutMs = this.endpoint.connectTimeoutMs;
    const refused = (why: string): Diagnostic => dialRefused(this.host, host, port, new Error(why));
    return this.#limit.hold(
      async (release) => {
        const channel = openChannel(this.master, what);
        void channel.closed.then(release);
        const timeUp = AbortSignal.timeout(timeoutMs);
        timeUp.addEventListener('abort', channel.abandon);
        const why = await whyNot(channel);
        timeUp.removeEventListener('abort', channel.abandon);
        if (why === undefined) return success(new ForwardedSocket(channel.pipes));
        channel.abandon();
        if (timeUp.aborted) return failure(dialTimedOut(this.host, host, port, timeoutMs));
        return failure((await this.master.whetherLost()) ?? refused(why));
      },
      (why) => failure(refused(why)),
    );
  }

  isOpen(): boolean {
    return this.master.lost === undefined;
  }

  notes(): readonly Diagnostic[] {
    return [...this.chosen, ...this.#dialler.notes(this.endpoint.host)];
  }

  close(): Promise<void> {
    return this.master.close();
  }
}
