import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Terminal } from '../../src/cli/terminal.js';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import { reportJson } from '../../src/view/report.js';

const WRONG: Diagnostic = { code: 'SF609', severity: 'error', message: 'host-1 is locked by alice' };
const REPORT = reportJson({ done: [], failed: [], skipped: [] });

let out: string[];

beforeEach(() => {
  out = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out.push(String(text));
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** The `type` of each line, every one of them one JSON object. */
function types(): unknown[] {
  return out
    .join('')
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { type?: unknown }).type);
}

describe('a terminal for programs', () => {
  const open = (): Terminal => new Terminal({ json: true, color: false });

  it('tags diagnostics', () => {
    open().diagnostics([WRONG]);
    expect(JSON.parse(out.join(''))).toEqual({ type: 'diagnostics', diagnostics: [WRONG] });
  });

  it('adds nothing to a document', () => {
    const terminal = open();
    terminal.result('text', { farm: 'f' });
    terminal.finish();
    expect(out).toEqual(['{"farm":"f"}\n']);
  });

  it('ends events that no result follows with empty diagnostics', () => {
    const terminal = open();
    terminal.progress().emit({ type: 'drain-started', host: 'host-1', worker: 'worker-1' });
    terminal.diagnostics([]);
    terminal.finish();
    expect(types()).toEqual(['drain-started', 'diagnostics']);
    expect(out.at(-1)).toBe('{"type":"diagnostics","diagnostics":[]}\n');
  });

  it.each<[string, (terminal: Terminal) => void]>([
    [
      'report',
      (terminal): void => {
        terminal.result('text', REPORT);
      },
    ],
    [
      'diagnostics',
      (terminal): void => {
        terminal.diagnostics([WRONG]);
      },
    ],
  ])('adds no second last line to a %s', (type, last) => {
    const terminal = open();
    terminal.event('text', { type: 'plan' });
    terminal.progress().emit({ type: 'host-observed', host: 'host-1' });
    last(terminal);
    terminal.finish();
    expect(types()).toEqual(['plan', 'host-observed', type]);
  });
});

describe('the width', () => {
  it.each([
    [true, 40, 40],
    // Nobody gave it a size.
    [true, 0, 100],
    [false, undefined, 100],
  ])('of a terminal (%s) of %s columns is %i', (isTTY, columns, expected) => {
    const before = { isTTY: process.stdout.isTTY, columns: process.stdout.columns };
    Object.assign(process.stdout, { isTTY, columns });
    const { width } = new Terminal({ color: false });
    Object.assign(process.stdout, before);
    expect(width).toBe(expected);
  });
});

describe('colour', () => {
  it.each([
    [true, false],
    [false, true],
  ])('of standard output (%s) is not that of standard error (%s)', (stdout, stderr) => {
    vi.stubEnv('FORCE_COLOR', undefined);
    vi.stubEnv('NO_COLOR', undefined);
    const before = [process.stdout.isTTY, process.stderr.isTTY] as const;
    [process.stdout.isTTY, process.stderr.isTTY] = [stdout, stderr];
    const { style, errorStyle } = new Terminal({ color: true });
    [process.stdout.isTTY, process.stderr.isTTY] = before;
    vi.unstubAllEnvs();
    expect([style.red('x') !== 'x', errorStyle.red('x') !== 'x']).toEqual([stdout, stderr]);
  });
});

describe('a terminal for people', () => {
  it('ends without a word', () => {
    const terminal = new Terminal({ json: false, color: false });
    terminal.event('the plan', { type: 'plan' });
    terminal.progress();
    terminal.finish();
    expect(out).toEqual(['the plan\n']);
  });
});
