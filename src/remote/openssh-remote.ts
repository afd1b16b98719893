import type { Duplex } from 'node:stream';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import { ChannelLimit } from './channel-limit.js';
import { awaitConnected, dialCommand } from './dial-program.js';
import type { Endpoint } from './endpoint.js';
import { ForwardedSocket } from './forwarded-socket.js';
import { forwardTo, toHost } from './openssh-arguments.js';
import { openChannel, type OpensshChannel } from './openssh-channel.js';
import { whyNotForwarded } from './openssh-error.js';
import { runByOpenssh, statedShell, streamByOpenssh, type Shell } from './openssh-exec.js';
import type { OpensshMaster } from './openssh-master.js';
import { dialRefused, dialTimedOut, EXEC_TIMEOUT_MS, forwardsNothing } from './remote-error.js';
import type { ExecOutput, Remote } from './remote.js';
import { shellCommand, sudoRefusal } from './sudo.js';

/** One connection of the system's `ssh`, and one more `ssh` for each thing that is done over it. */
export class OpensshRemote implements Remote {
  readonly host: string;
  readonly #limit = new ChannelLimit();
  readonly #shell: Shell;
  #forwardsNothing = false;

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
    return this.#inShell(() => runByOpenssh(this.#shell, script, timeoutMs));
  }

  /** Runs a script and hands over what it prints as it comes, until it ends or is ended by the signal. */
  stream(
    script: string,
    onOutput: (chunk: Buffer) => void,
    signal: AbortSignal,
  ): Promise<Result<ExecOutput>> {
    return this.#inShell(() => streamByOpenssh(this.#shell, script, onOutput, signal));
  }

  #inShell(run: () => Promise<Result<ExecOutput>>): Promise<Result<ExecOutput>> {
    return this.#limit.hold(async (release) => {
      if (this.master.lost !== undefined) {
        release();
        return failure(this.master.lost);
      }
      const output = await run().finally(release);
      if (!output.ok || !this.endpoint.sudo) return output;
      const refusal = sudoRefusal(this.endpoint, output.value);
      return refusal === undefined ? output : failure(refusal);
    });
  }

  /** Where its sshd forwards nothing, the host connects by a program of its own. */
  async dial(host: string, port: number): Promise<Result<Duplex>> {
    const forwarded = this.#forwardsNothing ? undefined : await this.#forward(host, port);
    // The first to find out finds out for all.
    const isForwarded = forwarded !== undefined && (forwarded.ok || !this.#forwardsNothing);
    return isForwarded ? forwarded : this.#dialByProgram(host, port);
  }

  async #forward(host: string, port: number): Promise<Result<Duplex>> {
    const before = (await this.master.log()).length;
    return this.#connect(host, port, forwardTo(host, port), async ({ opened }) => {
      if (await opened) return undefined;
      const { why, forbidden } = whyNotForwarded((await this.master.log()).slice(before));
      this.#forwardsNothing ||= forbidden;
      return why;
    });
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
    return this.#limit.hold(async (release) => {
      const channel = openChannel(this.master, what);
      void channel.closed.then(release);
      const timeUp = AbortSignal.timeout(timeoutMs);
      timeUp.addEventListener('abort', channel.abandon);
      const why = await whyNot(channel);
      timeUp.removeEventListener('abort', channel.abandon);
      if (why === undefined) return success(new ForwardedSocket(channel.pipes));
      channel.abandon();
      if (timeUp.aborted) return failure(dialTimedOut(this.host, host, port, timeoutMs));
      return failure((await this.master.whetherLost()) ?? dialRefused(this.host, host, port, new Error(why)));
    });
  }

  isOpen(): boolean {
    return this.master.lost === undefined;
  }

  notes(): readonly Diagnostic[] {
    return [...this.chosen, ...(this.#forwardsNothing ? [forwardsNothing(this.endpoint.host)] : [])];
  }

  close(): Promise<void> {
    return this.master.close();
  }
}
