import { createInterface } from 'node:readline/promises';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { AskPassphrase } from '../remote/key-ring.js';
import { Secret } from '../secret/secret.js';
import type { Emit } from '../event/event.js';
import { diagnosticsDocument, formatDiagnostics } from '../view/diagnostics.js';
import { jsonProgress } from '../view/progress-json.js';
import { plainProgress } from '../view/progress-plain.js';
import { createStyle, type Style } from '../view/style.js';
import { printable } from '../view/text.js';
import { askHidden } from './ask-hidden.js';
import { EXIT, type ExitCode } from './exit-code.js';

/** Options every command takes. */
export interface GlobalOptions {
  readonly config: string;
  readonly json?: boolean;
  readonly color: boolean;
}

/** Undefined where the person wants to end it. */
export type Ask = (question: string, fallback?: string) => Promise<string | undefined>;

export interface Progress {
  readonly emit: Emit;
  /** Says something beside the events. */
  readonly say: (text: string) => void;
  readonly end: () => Promise<void>;
}

/** The person's side of a command: results on standard output, everything else on standard error. */
export class Terminal {
  readonly json: boolean;
  readonly style: Style;
  /** That of standard error, which may be a file while standard output is a terminal, or the other way round. */
  readonly errorStyle: Style;
  readonly width: number;
  #progress: Progress | undefined;
  /** Lines for programs that no report or diagnostics have ended yet. */
  #open = false;
  #asks = false;

  constructor({ json, color }: Pick<GlobalOptions, 'json' | 'color'>) {
    const { NO_COLOR, FORCE_COLOR } = process.env;
    const forced = FORCE_COLOR === undefined ? undefined : FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
    this.json = json === true;
    const wanted = color && (NO_COLOR ?? '') === '';
    this.style = createStyle(wanted && (forced ?? moves(process.stdout)));
    this.errorStyle = createStyle(wanted && (forced ?? moves(process.stderr)));
    // A terminal that nobody gave a size, as under `script` and in containers, has 0 columns.
    this.width = process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : 100;
  }

  /** Prints a result: its text, or with `--json` its data. */
  result(text: string, data: unknown): void {
    this.#open = false;
    this.#print(text, data);
  }

  /** Prints what a result follows: its text, or with `--json` its data on a line, which says its type. */
  event(text: string, data: { readonly type: string }): void {
    this.#open = true;
    this.#print(text, data);
  }

  #print(text: string, data: unknown): void {
    // Beside what moves there it would tear the view.
    if (!this.json && moves(process.stdout) && this.#progress !== undefined) this.#progress.say(text);
    else process.stdout.write(this.json ? `${JSON.stringify(data)}\n` : ensureNewline(text));
  }

  /** Says something that is no result. */
  say(text: string): void {
    if (this.json) return;
    if (this.#progress === undefined) process.stderr.write(ensureNewline(text));
    else this.#progress.say(text);
  }

  diagnostics(diagnostics: readonly Diagnostic[]): void {
    if (diagnostics.length === 0) return;
    if (this.json) this.result('', diagnosticsDocument(diagnostics));
    else this.say(formatDiagnostics(diagnostics, this.errorStyle, this.width));
  }

  /** Ends lines for programs that nothing has ended yet, so that the last one always says how it went. */
  finish(): void {
    if (this.json && this.#open) this.result('', diagnosticsDocument([]));
  }

  /** A moving view on a terminal, lines elsewhere, JSON lines with `--json`. */
  async progress(): Promise<Progress> {
    this.#open = true;
    const progress = await this.#openProgress();
    this.#progress = progress;
    return {
      ...progress,
      emit: (event) => {
        this.#open = true;
        progress.emit(event);
      },
      end: async () => {
        this.#progress = undefined;
        await progress.end();
      },
    };
  }

  async #openProgress(): Promise<Progress> {
    const end = (): Promise<void> => Promise.resolve();
    const say = (text: string): void => {
      process.stderr.write(ensureNewline(text));
    };
    const write = (text: string): void => {
      process.stdout.write(text);
    };
    if (this.json) return { emit: jsonProgress(write), say, end };
    if (!moves(process.stdout)) return { emit: plainProgress(write, this.style), say, end };
    const { liveProgress } = await import('../view/progress-live.js');
    return liveProgress(process.stdout, this.style);
  }

  /** Shows how far a look at the farm has come. */
  watching<T>(hosts: number, look: (emit: Emit) => Promise<T>): Promise<T> {
    return this.passing((show) => {
      let seen = 0;
      const showSeen = (): void => {
        show(`Looking at the farm: ${seen} of ${hosts} hosts`);
      };
      showSeen();
      return look(() => {
        seen += 1;
        showSeen();
      });
    });
  }

  /** One line that shows how far long work has come, on a terminal alone, and nothing of it afterwards. */
  async passing<T>(work: (show: (line: string) => void) => Promise<T>): Promise<T> {
    if (!moves(process.stderr) || this.json) return work(() => undefined);
    try {
      return await work((line) => {
        if (!this.#asks) process.stderr.write(`\r\u001b[K${this.errorStyle.dim(line)}`);
      });
    } finally {
      process.stderr.write('\r\u001b[K');
    }
  }

  get canAsk(): boolean {
    return process.stdin.isTTY && process.stdout.isTTY && !this.json;
  }

  /** Asks for the passphrase of a key; undefined where there is nobody to ask. */
  get askPassphrase(): AskPassphrase | undefined {
    if (!process.stdin.isTTY || !process.stderr.isTTY || this.json) return undefined;
    return async (path, again) => {
      this.#asks = true;
      // What passes by is on this line.
      const answer = await askHidden(`\r\u001b[K${again ? 'Wrong. ' : ''}Passphrase of ${printable(path)}: `);
      this.#asks = false;
      return answer === undefined ? undefined : new Secret(answer);
    };
  }

  /**
   * Has questions asked, one after another; an empty answer is the fallback. Undefined where Ctrl-C or Ctrl-D is the answer.
   */
  async questions<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    const typed: string[] = [];
    let closed = false;
    let wake = (): void => undefined;
    lines.on('line', (line) => {
      typed.push(line);
      wake();
    });
    lines.once('close', () => {
      closed = true;
      wake();
    });
    try {
      return await work(async (question, fallback = '') => {
        process.stdout.write(`${question}${fallback === '' ? '' : ` [${fallback}]`}: `);
        while (typed.length === 0 && !closed) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        const answer = typed.shift()?.trim();
        return answer === '' ? fallback : answer;
      });
    } finally {
      lines.close();
    }
  }

  /**
   * Asks whether hosts shall be changed, unless that was said; what stands in the way of it has been told then.
   * @param question `Apply these steps?`
   */
  async mayChange(question: string, yes: boolean | undefined, signal: AbortSignal): Promise<ExitCode> {
    if (yes === true) return EXIT.done;
    if (!this.canAsk) {
      this.diagnostics([NOBODY_TO_ASK]);
      return EXIT.usage;
    }
    const answer = await this.confirm(`\n${question}`, signal);
    if (answer === true) return EXIT.done;
    this.say('Nothing was changed.');
    return answer === undefined ? EXIT.interrupted : EXIT.failed;
  }

  /** Only `yes` is a yes; undefined where it was interrupted. @param signal takes the question back */
  async confirm(question: string, signal?: AbortSignal): Promise<boolean | undefined> {
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    try {
      const words = `${question} Only "yes" is taken: `;
      return (await lines.question(words, signal === undefined ? {} : { signal })).trim() === 'yes';
    } catch {
      // The prompt does not come behind the question.
      process.stdout.write('\n');
      return undefined;
    } finally {
      lines.close();
    }
  }
}

const NOBODY_TO_ASK: Diagnostic = {
  code: 'SF614',
  severity: 'error',
  message: 'nothing was changed: there is no terminal to ask on',
  help: 'Say --yes to have it done without a question.',
};

/** Whether it is a terminal that takes more than plain lines: colour, and lines written over. */
function moves(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env['TERM'] !== 'dumb';
}

function ensureNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
