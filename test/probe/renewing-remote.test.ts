import { beforeEach, describe, expect, it } from 'vitest';
import type { DiagnosticCode } from '../../src/diagnostic/codes.js';
import { failure, success, type Failure, type Result } from '../../src/diagnostic/result.js';
import { RenewingRemote } from '../../src/probe/renewing-remote.js';
import type { Remote } from '../../src/remote/remote.js';
import { FakeRemote, output } from './fake-remote.js';

function failed(code: DiagnosticCode): Failure {
  return failure({ code, severity: 'error', message: code });
}

/** The connections opened, one after the other. */
let opened: FakeRemote[];
let refusal: Failure | undefined;
let remote: RenewingRemote;

beforeEach(() => {
  opened = [];
  refusal = undefined;
  remote = new RenewingRemote('host-1', (): Promise<Result<Remote>> => {
    const next = new FakeRemote();
    next.onExec = () => Promise.resolve(output(`from ${opened.indexOf(next) + 1}`));
    opened.push(next);
    return Promise.resolve(refusal ?? success(next));
  });
});

describe('a connection', () => {
  it('is opened when it is first needed, once for all', async () => {
    expect(opened).toHaveLength(0);
    const answers = await Promise.all([remote.exec('a'), remote.exec('b'), remote.exec('c')]);
    expect(answers).toEqual([output('from 1'), output('from 1'), output('from 1')]);
    expect(await remote.exec('d')).toEqual(output('from 1'));
    expect(opened.map(({ scripts }) => scripts)).toEqual([['a', 'b', 'c', 'd']]);
    expect(remote.host).toBe('host-1');
  });

  it('serves dials too', async () => {
    await remote.exec('a');
    const [first] = opened;
    if (first !== undefined) first.onDial = () => Promise.resolve(failed('SF407'));
    expect(await remote.dial('10.0.0.10', 2345)).toEqual(failed('SF407'));
    expect(first?.dialled).toEqual(['10.0.0.10:2345']);
  });

  it('serves streams too, and is opened again after one that broke', async () => {
    await remote.exec('a');
    const [first] = opened;
    const { signal } = new AbortController();
    const heard: string[] = [];
    const listen = (chunk: Buffer): unknown => heard.push(chunk.toString());
    if (first !== undefined)
      first.onStream = (script, onOutput, given) => {
        onOutput(Buffer.from(`${script} ${String(given === signal)}`));
        return Promise.resolve(failed('SF405'));
      };
    expect(await remote.stream('s', listen, signal)).toEqual(failed('SF405'));
    expect(heard).toEqual(['s true']);
    expect(first?.closed).toBe(1);
    expect(await remote.exec('b')).toEqual(output('from 2'));
  });

  it('that broke is closed, and the next call opens another', async () => {
    await remote.exec('a');
    const [first] = opened;
    if (first !== undefined) first.onExec = () => Promise.resolve(failed('SF405'));
    expect(await remote.exec('b')).toEqual(failed('SF405'));
    expect(first?.closed).toBe(1);
    expect(await remote.exec('c')).toEqual(output('from 2'));
    expect(opened).toHaveLength(2);
  });

  it('that broke while nobody used it is replaced before anything is sent', async () => {
    await remote.exec('a');
    const [first] = opened;
    if (first !== undefined) first.open = false;
    expect(await Promise.all([remote.exec('b'), remote.exec('c')])).toEqual([
      output('from 2'),
      output('from 2'),
    ]);
    expect(opened.map(({ scripts, closed }) => [scripts, closed])).toEqual([
      [['a'], 1],
      [['b', 'c'], 0],
    ]);
    expect(remote.isOpen()).toBe(true);
  });

  it.each(['SF406', 'SF407', 'SF410'] as const)('is kept after %s', async (code) => {
    await remote.exec('a');
    const [first] = opened;
    if (first !== undefined) first.onExec = () => Promise.resolve(failed(code));
    expect(await remote.exec('b')).toEqual(failed(code));
    await remote.exec('c');
    expect(opened).toHaveLength(1);
    expect(first?.closed).toBe(0);
  });

  it('that broke under many calls is replaced by one', async () => {
    await remote.exec('a');
    const [first] = opened;
    const release: (() => void)[] = [];
    if (first !== undefined)
      first.onExec = () => new Promise((resolve) => release.push(() => { resolve(failed('SF405')); })); // prettier-ignore
    const calls = [remote.exec('b'), remote.exec('c')];
    await Promise.resolve();
    await Promise.resolve();
    release[0]?.();
    await calls[0];
    expect(await remote.exec('d')).toEqual(output('from 2'));
    // A late failure of the first connection says nothing about the second.
    release[1]?.();
    expect(await calls[1]).toEqual(failed('SF405'));
    expect(await remote.exec('e')).toEqual(output('from 2'));
    expect(opened.map(({ closed }) => closed)).toEqual([1, 0]);
  });

  it('that could not be opened is tried again at the next call', async () => {
    refusal = failed('SF404');
    expect(await Promise.all([remote.exec('a'), remote.exec('b')])).toEqual([refusal, refusal]);
    expect(opened).toHaveLength(1);
    refusal = undefined;
    expect(await remote.exec('c')).toEqual(output('from 2'));
  });

  it('is closed at the end, where there is one', async () => {
    await remote.close();
    expect(opened).toHaveLength(0);
    await remote.exec('a');
    await remote.close();
    await remote.close();
    expect(opened.map(({ closed }) => closed)).toEqual([1]);
  });

  it('that is being opened is closed when it is open', async () => {
    const call = remote.exec('a');
    await remote.close();
    await call;
    expect(opened.map(({ closed }) => closed)).toEqual([1]);
  });
});
