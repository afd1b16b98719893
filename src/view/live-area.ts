import { ProcessOutput } from 'listr2';
import { cut, displayWidth } from './text.js';

/**
 * A few lines at the bottom of a terminal that are drawn again and again, with lasting lines going up above them.
 *
 * listr2's own renderers do not fit here: `run()` takes its list of tasks once, while workers turn up as their hosts
 * answer; of a list longer than the screen only the end is drawn, so that a failure or a wait further up is not seen;
 * width and terminal are asked of standard output whatever stream is given; and its SIGINT handler ends the process
 * in the midst of a step. What does fit is its ProcessOutput, which hides the cursor and holds back what others write
 * to the terminal meanwhile.
 */
export class LiveArea {
  readonly #stream: NodeJS.WriteStream;
  readonly #output: ProcessOutput;
  #drawn: readonly string[] = [];
  #ended = false;
  readonly #onExit = (): void => {
    this.end();
  };

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#output = new ProcessOutput(stream, process.stderr);
    this.#output.hijack();
    // A process that ends in the midst gives the terminal back all the same.
    process.once('exit', this.#onExit);
  }

  get columns(): number {
    return this.#stream.columns > 0 ? this.#stream.columns : 80;
  }

  /** How many lines there is room for: half of the screen, the other half is for what lasts. */
  get rows(): number {
    return Math.max(1, Math.floor((this.#stream.rows > 0 ? this.#stream.rows : 24) / 2));
  }

  /** One write for all, so that nothing flickers. Lines are given with their paint, as only plain text can be cut. */
  draw(lines: readonly LiveLine[], above = ''): void {
    if (this.#ended) return;
    const plain = lines.slice(0, this.rows).map(({ text }) => cut(text, this.columns - 1));
    const painted = plain.map((text, index) => lines[index]?.paint(text) ?? text);
    this.#output.toStdout(this.#erase() + above + painted.map((line) => `${line}\n`).join(''), false);
    this.#drawn = plain;
  }

  /** Takes the lines away and gives the terminal back. */
  end(): void {
    if (this.#ended) return;
    this.draw([]);
    this.#ended = true;
    process.off('exit', this.#onExit);
    this.#output.release();
  }

  /** A terminal made narrower meanwhile has broken the lines: each then takes several rows. */
  #erase(): string {
    const rows = this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / this.columns)),
      0,
    );
    return rows === 0 ? '' : `\u001B[${rows}A\u001B[J`;
  }
}

export interface LiveLine {
  readonly text: string;
  readonly paint: (text: string) => string;
}
