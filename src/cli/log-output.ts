import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { diagnosticsDocument } from '../view/diagnostics.js';
import { logBackJson, logLineFormat, logLineJson, logLostJson, type LogLine } from '../view/log-lines.js';
import { EXIT, type ExitCode } from './exit-code.js';
import type { Terminal } from './terminal.js';

/** Logs on standard output, and all there is to say of reading them beside it: at once for persons, at the end for programs. */
export class LogOutput {
  readonly #terminal: Terminal;
  readonly #signal: AbortSignal;
  readonly #format: (line: LogLine) => string;
  readonly #said: Diagnostic[] = [];
  /** What was said last of hosts whose connection is lost. */
  readonly #lost = new Map<string, string>();

  /** @param signal after which nothing is shown any more */
  constructor(workers: readonly string[], terminal: Terminal, signal: AbortSignal) {
    this.#terminal = terminal;
    this.#signal = signal;
    this.#format = logLineFormat(workers, terminal.style);
  }

  line(line: LogLine): void {
    if (!this.#signal.aborted) this.#terminal.event(this.#format(line), logLineJson(line));
  }

  say(diagnostic: Diagnostic): void {
    // What was broken off has nothing to say of the log.
    if (this.#signal.aborted) return;
    // Workers of one host that is not reached have the same to say.
    if (this.#said.some(({ message }) => message === diagnostic.message)) return;
    this.#said.push(diagnostic);
    if (!this.#terminal.json) this.#terminal.diagnostics([diagnostic]);
  }

  /** Once for all workers of a host. */
  lost(host: string, why: Diagnostic): void {
    if (this.#lost.get(host) === why.message) return;
    this.#lost.set(host, why.message);
    if (this.#terminal.json) this.#terminal.event('', logLostJson(host, why));
    else this.#terminal.say(`${host}: ${why.message}. Trying again until it is back.`);
  }

  back(host: string): void {
    if (!this.#lost.delete(host)) return;
    if (this.#terminal.json) this.#terminal.event('', logBackJson(host));
    else this.#terminal.say(`${host}: back; the log goes on where it was.`);
  }

  /** @param read how many logs could be read */
  end(read: number): ExitCode {
    if (this.#terminal.json) this.#terminal.result('', diagnosticsDocument(this.#said));
    const failures = this.#said.filter(({ severity }) => severity === 'error');
    if (failures.length === 0) return EXIT.done;
    // Where only the way to some hosts is missing, the rest holds.
    return read > 0 && failures.every(({ code }) => code.startsWith('SF4')) ? EXIT.partial : EXIT.failed;
  }
}
