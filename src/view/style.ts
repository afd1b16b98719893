import { styleText } from 'node:util';

/** Emphasis for a terminal. Every text must mean the same without it. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly yellow: Paint;
  readonly green: Paint;
  readonly cyan: Paint;
  readonly magenta: Paint;
  readonly blue: Paint;
}

export type Paint = (text: string) => string;

/** Whether colour is wanted is the caller's to know (terminal, NO_COLOR, --color); no stream is asked here. */
export function createStyle(enabled: boolean): Style {
  const paint =
    (format: keyof Style): Paint =>
    (text) =>
      enabled && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    yellow: paint('yellow'),
    green: paint('green'),
    cyan: paint('cyan'),
    magenta: paint('magenta'),
    blue: paint('blue'),
  };
}

export const PLAIN = createStyle(false);
