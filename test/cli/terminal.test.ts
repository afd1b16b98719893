import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Terminal } from '../../src/cli/terminal.js';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import { reportJson } from '../../src/view/report.js';

const WRONG: Diagnostic = { code: 'SF609', severity: 'error', message: 'host-1 is locked by alice' };
const REPORT = reportJson({ done: [], failed: [], skipped: [], pending: [] });

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

  it('ends events that no result follows with empty diagnostics', async () => {
    const terminal = open();
    (await terminal.progress()).emit({ type: 'drain-started', host: 'host-1', worker: 'worker-1' });
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
  ])('adds no second last line to a %s', async (type, last) => {
    const terminal = open();
    terminal.event('text', { type: 'plan' });
    (await terminal.progress()).emit({ type: 'host-observed', host: 'host-1' });
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

describe('standard error', () => {
  const before = [process.stdout.isTTY, process.stderr.isTTY] as const;
  let said: string;

  beforeEach(() => {
    said = '';
    vi.stubEnv('FORCE_COLOR', undefined);
    vi.stubEnv('NO_COLOR', undefined);
    vi.stubEnv('TERM', 'xterm');
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => (said += String(text)).length > 0);
  });

  afterEach(() => {
    [process.stdout.isTTY, process.stderr.isTTY] = before;
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it.each([
    [true, false],
    [false, true],
  ])('with a terminal as output (%s) and itself one (%s) has colours of its own', (stdout, stderr) => {
    [process.stdout.isTTY, process.stderr.isTTY] = [stdout, stderr];
    const terminal = new Terminal({ color: true });
    terminal.diagnostics([WRONG]);
    expect(said.includes('\u001b[')).toBe(stderr);
    expect(terminal.style.red('x') !== 'x').toBe(stdout);
  });

  it.each([
    ['FORCE_COLOR', '0', false],
    ['FORCE_COLOR', 'false', false],
    ['FORCE_COLOR', '1', true],
    ['TERM', 'dumb', false],
  ])('of a terminal with %s=%s has colours: %s', (name, value, expected) => {
    vi.stubEnv(name, value);
    process.stdout.isTTY = process.stderr.isTTY = true;
    const { style, errorStyle } = new Terminal({ color: true });
    expect([style.red('x') !== 'x', errorStyle.red('x') !== 'x']).toEqual([expected, expected]);
  });

  it('writes over no line of a terminal that cannot', async () => {
    vi.stubEnv('TERM', 'dumb');
    process.stdout.isTTY = process.stderr.isTTY = true;
    const terminal = new Terminal({ color: true });
    await terminal.passing((show) => {
      show('one');
      return Promise.resolve();
    });
    const progress = await terminal.progress();
    progress.emit({ type: 'drain-started', host: 'host-1', worker: 'worker-1' });
    terminal.event('a result', { type: 'plan' });
    await progress.end();
    expect([said, out.at(-1)]).toEqual(['', 'a result\n']);
    expect(out.join('')).not.toContain('\u001b');
  });

  it('shows how far long work is, and nothing of it afterwards', async () => {
    process.stderr.isTTY = true;
    const work = new Terminal({ color: false }).passing((show) => {
      show('one');
      show('two');
      return Promise.resolve(3);
    });
    expect(await work).toBe(3);
    expect(said).toBe('\r\u001b[Kone\r\u001b[Ktwo\r\u001b[K');
  });

  it('shows how many hosts have answered', async () => {
    process.stderr.isTTY = true;
    await new Terminal({ color: false }).watching(2, (emit) => {
      emit({ type: 'host-observed', host: 'host-1' });
      return Promise.resolve();
    });
    expect(said).toContain('Looking at the farm: 0 of 2 hosts\r\u001b[KLooking at the farm: 1 of 2 hosts');
  });

  it.each([
    [false, false],
    [true, true],
  ])('shows nothing of it where it is a terminal (%s) and programs read (%s)', async (isTTY, json) => {
    process.stderr.isTTY = isTTY;
    await new Terminal({ color: false, json }).passing((show) => {
      show('one');
      return Promise.resolve();
    });
    expect(said).toBe('');
  });
});

describe('the question before a change', () => {
  const before = { stdin: process.stdin.isTTY, stdout: process.stdout.isTTY };
  const { signal } = new AbortController();
  let said: string;

  beforeEach(() => {
    said = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => (said += String(text)).length > 0);
    process.stdin.isTTY = process.stdout.isTTY = true;
  });

  afterEach(() => {
    process.stdin.isTTY = before.stdin;
    process.stdout.isTTY = before.stdout;
    vi.restoreAllMocks();
  });

  function ask(
    yes: boolean | undefined,
    answer: boolean | undefined,
  ): [Promise<number>, readonly unknown[][]] {
    const terminal = new Terminal({ color: false });
    const { mock } = vi.spyOn(terminal, 'confirm').mockResolvedValue(answer);
    return [terminal.mayChange('Do it?', yes, signal), mock.calls];
  }

  it('is not asked where it was answered', async () => {
    const [code, asked] = ask(true, false);
    expect([await code, asked, said]).toEqual([0, [], '']);
  });

  it.each([
    [true, 0, ''],
    [false, 1, 'Nothing was changed.\n'],
    [undefined, 130, 'Nothing was changed.\n'],
  ])('answered with yes (%s) gives %i', async (answer, expected, words) => {
    const [code, asked] = ask(undefined, answer);
    expect([await code, asked, said]).toEqual([expected, [['\nDo it?', signal]], words]);
  });

  it('is neither yes nor no where it is interrupted', async () => {
    expect(await new Terminal({ color: false }).confirm('Do it?', AbortSignal.abort())).toBeUndefined();
  });

  it('needs somebody to ask: SF614', async () => {
    process.stdin.isTTY = false;
    const [code, asked] = ask(undefined, true);
    expect([await code, asked]).toEqual([64, []]);
    expect(said).toContain('error SF614: nothing was changed: there is no terminal to ask on');
  });
});

describe('a terminal for people', () => {
  it('ends without a word', async () => {
    const terminal = new Terminal({ json: false, color: false });
    terminal.event('the plan', { type: 'plan' });
    await terminal.progress();
    terminal.finish();
    expect(out).toEqual(['the plan\n']);
  });
});
