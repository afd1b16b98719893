import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Style } from '../../view/style.js';

const SEALFARM = fileURLToPath(new URL('../main.js', import.meta.url));

export interface Finished {
  readonly code: number;
  readonly output: string;
  readonly milliseconds: number;
}

/** Where the demo plays: it says what it does, runs the real command, and checks what came of it. */
export class Stage {
  readonly dir: string;
  readonly #style: Style;
  #failures = 0;

  constructor(dir: string, style: Style) {
    this.dir = dir;
    this.#style = style;
  }

  get failures(): number {
    return this.#failures;
  }

  scene(title: string): void {
    this.#print(`\n${this.#style.bold(`── ${title} ${'─'.repeat(Math.max(0, 76 - title.length))}`)}\n`);
  }

  /** Runs sealfarm in the demo's folder, its output as it comes. */
  run(...words: readonly string[]): Promise<Finished> {
    this.#print(`${this.#style.dim('$')} sealfarm ${words.join(' ')}\n`);
    return this.#spawn(words, true);
  }

  /** Runs sealfarm without showing it. */
  ask(...words: readonly string[]): Promise<Finished> {
    return this.#spawn(words, false);
  }

  /** Changes the farm's file as a person would, and shows it. */
  edit(change: (line: string) => string): void {
    const file = join(this.dir, 'sealfarm.yaml');
    const lines = readFileSync(file, 'utf8').split('\n');
    this.#print(`${this.#style.dim('$')} $EDITOR sealfarm.yaml\n`);
    const edited = lines.map((line) => {
      const after = change(line);
      if (after !== line)
        this.#print(`${this.#style.red(`- ${line.trim()}`)}\n${this.#style.green(`+ ${after.trim()}`)}\n`);
      return after;
    });
    writeFileSync(file, edited.join('\n'));
  }

  check(what: string, holds: boolean): void {
    if (!holds) this.#failures += 1;
    this.#print(holds ? `${this.#style.green('✓')} ${what}\n` : `${this.#style.red('✗')} ${what}\n`);
  }

  /** Waits until something shows; a demo that hangs is a failed one. */
  async until(what: string, holds: () => boolean | Promise<boolean>, deadline = 180_000): Promise<void> {
    const end = Date.now() + deadline;
    while (!(await holds())) {
      if (Date.now() > end) {
        this.check(what, false);
        return;
      }
      await delay(200);
    }
    this.check(what, true);
  }

  #spawn(words: readonly string[], shown: boolean): Promise<Finished> {
    const child = spawn(process.execPath, [SEALFARM, ...words], {
      cwd: this.dir,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const begun = performance.now();
    let output = '';
    const take = (text: string): void => {
      output += text;
      if (shown) this.#print(text);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    return new Promise((resolve, reject) => {
      child.once('error', reject).once('close', (code) => {
        resolve({ code: code ?? 1, output, milliseconds: performance.now() - begun });
      });
    });
  }

  #print(text: string): void {
    process.stdout.write(text);
  }
}
