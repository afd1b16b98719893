import { Writable } from 'node:stream';

/** A terminal that understands just what the live view writes, so that a test can read its screen. */
export class Screen {
  readonly stream: NodeJS.WriteStream;
  cursorShown = true;
  /** What was written at once. */
  readonly frames: string[] = [];
  readonly #lines: string[] = [''];

  constructor(columns: number, rows: number) {
    const writable = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#take(chunk.toString('utf8'));
        done();
      },
    });
    this.stream = Object.assign(writable, { columns, rows, isTTY: true }) as unknown as NodeJS.WriteStream;
  }

  get lines(): readonly string[] {
    return this.#lines.slice(0, -1);
  }

  #take(text: string): void {
    if (text !== '') this.frames.push(text);
    const [before = '', ...controls] = text.split('\u001B');
    this.#print(before);
    for (const control of controls) {
      const [sequence = '', up, cursor] = /^\[(?:(\d+)A|J|\?25([hl]))/.exec(control) ?? [];
      if (up !== undefined) this.#lines.splice(this.#lines.length - Number(up), Number(up));
      else if (cursor !== undefined) this.cursorShown = cursor === 'h';
      else this.#lines[this.#lines.length - 1] = '';
      this.#print(control.slice(sequence.length));
    }
  }

  #print(text: string): void {
    const [first = '', ...others] = text.split('\n');
    this.#lines[this.#lines.length - 1] = `${this.#lines.at(-1) ?? ''}${first}`;
    this.#lines.push(...others);
  }
}
