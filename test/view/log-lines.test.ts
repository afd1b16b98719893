import { describe, expect, it } from 'vitest';
import { logLineFormat, logLineJson } from '../../src/view/log-lines.js';
import { createStyle, PLAIN } from '../../src/view/style.js';

const line = (worker: string, text: string): { host: string; worker: string; text: string } => ({
  host: 'host-1',
  worker,
  text,
});

describe('a line of a log', () => {
  it('of one worker is shown as it was written', () => {
    expect(logLineFormat(['w1'], createStyle(true))(line('w1', 'a\tb'))).toBe('a\tb\n');
    expect(logLineFormat(['w1'], PLAIN)(line('w1', ''))).toBe('\n');
  });

  it('of several says of whom it is, each in a colour of its own', () => {
    const names = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6'];
    expect(names.map((name) => logLineFormat(names, PLAIN)(line(name, 'x')))).toEqual(
      names.map((name) => `[${name}] x\n`),
    );
    const format = logLineFormat(names, createStyle(true));
    const shown = names.map((name) => format(line(name, 'x')).replace(/w\d/, ''));
    expect(new Set(shown).size).toBe(5);
    expect(shown[5]).toBe(shown[0]);
  });

  it('does nothing to the terminal', () => {
    expect(logLineFormat(['w1'], PLAIN)(line('w1', 'a\u001B]0;x\u0007b\rc\u202Ed'))).toBe(
      'a␛]0;x␇b␍c\uFFFDd\n',
    );
  });

  it('is for programs what it was, with its time where that is known', () => {
    expect(logLineJson(line('w1', 'a\u0007'))).toEqual({ type: 'line', ...line('w1', 'a\u0007') });
    expect(logLineJson({ ...line('w1', 'a'), time: 0 })).toMatchObject({ time: '1970-01-01T00:00:00.000Z' });
  });
});
