import { createInterface } from 'node:readline/promises';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Emit } from '../event/event.js';
import { diagnosticsJson, formatDiagnostics } from '../view/diagnostics.js';
import { jsonProgress } from '../view/progress-json.js';
import { liveProgress } from '../view/progress-live.js';
import { plainProgress } from '../view/progress-plain.js';
import { createStyle, type Style } from '../view/style.js';

/** Options every command takes. */
export interface GlobalOptions {
  readonly config: string;
  readonly json?: boolean;
  readonly color: boolean;
}

export interface Progress {
  readonly emit: Emit;
  readonly end: () => Promise<void>;
}

/** The person's side of a command: results on standard output, everything else on standard error. */
export class Terminal {
  readonly json: boolean;
  readonly style: Style;
  readonly width: number;

  constructor({ json, color }: Pick<GlobalOptions, 'json' | 'color'>) {
    const { NO_COLOR, FORCE_COLOR } = process.env;
    const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0';
    this.json = json === true;
    this.style = createStyle(color && (NO_COLOR ?? '') === '' && (forced || process.stdout.isTTY));
    this.width = process.stdout.isTTY ? process.stdout.columns : 100;
  }

  /** Prints a result: its text, or with `--json` its data. */
  result(text: string, data: unknown): void {
    process.stdout.write(this.json ? `${JSON.stringify(data)}\n` : ensureNewline(text));
  }

  /** Says something that is no result. */
  say(text: string): void {
    if (!this.json) process.stderr.write(ensureNewline(text));
  }

  diagnostics(diagnostics: readonly Diagnostic[]): void {
    if (diagnostics.length === 0) return;
    if (this.json) process.stdout.write(`${JSON.stringify({ diagnostics: diagnosticsJson(diagnostics) })}\n`);
    else process.stderr.write(ensureNewline(formatDiagnostics(diagnostics, this.style)));
  }

  /** A moving view on a terminal, lines elsewhere, JSON lines with `--json`. */
  progress(): Progress {
    const write = (text: string): void => {
      process.stdout.write(text);
    };
    if (this.json) return { emit: jsonProgress(write), end: () => Promise.resolve() };
    if (process.stdout.isTTY) return liveProgress(process.stdout, this.style);
    return { emit: plainProgress(write, this.style), end: () => Promise.resolve() };
  }

  get canAsk(): boolean {
    return process.stdin.isTTY && process.stdout.isTTY && !this.json;
  }

  /** Only `yes` is a yes. */
  async confirm(question: string, signal: AbortSignal): Promise<boolean> {
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return (await lines.question(question, { signal })).trim() === 'yes';
    } catch {
      return false;
    } finally {
      lines.close();
    }
  }
}

function ensureNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
