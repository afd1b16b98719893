import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Asks for a line on the terminal that is not shown; undefined where Ctrl-C or Ctrl-D is the answer. */
export function askHidden(question: string): Promise<string | undefined> {
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  // Only now: whoever answers at once must find the terminal showing nothing.
  process.stderr.write(question);
  return new Promise((resolve) => {
    const end = (answer: string | undefined): void => {
      resolve(answer);
      lines.close();
    };
    lines.once('line', end);
    lines.once('SIGINT', () => {
      end(undefined);
      // For whoever listens: the terminal itself passes nothing on meanwhile.
      process.kill(process.pid, 'SIGINT');
    });
    lines.once('close', () => {
      process.stderr.write('\n');
      resolve(undefined);
    });
  });
}
