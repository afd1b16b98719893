import type { Duplex } from 'node:stream';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Result } from '../diagnostic/result.js';

export interface ExecOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit status; 128 + signal number where a signal ended it. */
  readonly status: number;
}

/** One host, reached. All work on it goes through these three. */
export interface Remote {
  /** The host's name in the farm. */
  readonly host: string;
  /**
   * Runs a POSIX sh script given on standard input, so that nothing of it shows in a process list.
   * Fails (SF4xx) when the connection breaks or `timeoutMs` passes; a non-zero status is no failure.
   */
  exec(script: string, options?: { readonly timeoutMs?: number }): Promise<Result<ExecOutput>>;
  /**
   * The same for a script that may have no end of its own: its standard output is handed over as it comes, and is empty
   * in the result. Once `signal` is aborted, all that the script started is ended on the host as well.
   */
  stream(script: string, onOutput: (chunk: Buffer) => void, signal: AbortSignal): Promise<Result<ExecOutput>>;
  /** A TCP connection made by the host itself, as `direct-tcpip` does. */
  dial(host: string, port: number): Promise<Result<Duplex>>;
  /** False once it is known that the connection is gone: nothing more is sent over it. */
  isOpen(): boolean;
  /** What is worth knowing of the way the host is reached, as far as it has been gone by now. */
  notes(): readonly Diagnostic[];
  close(): Promise<void>;
}
