import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/config-file.js';
import { checkSchema } from '../../src/config/schema-check.js';
import type { Farm } from '../../src/farm/farm.js';
import { readFarm } from '../../src/farm/read-farm.js';
import type { AskedHost } from '../../src/import/imported.js';
import type { TaskCode } from '../../src/lotus/task.js';
import { updateFarm, type Update } from '../../src/import/update-farm.js';
import { ABOUT, aFoundHost, asked } from '../support/found-host.js';

type WrittenHosts = Readonly<Record<string, object>>;

/** @param hosts as the file has them, by name @param parts what it has beside them */
function updated(hosts: WrittenHosts, machines: readonly AskedHost[], parts: object = {}): Update {
  const text = JSON.stringify({
    version: 1,
    farm: 'x',
    sectorSize: '32GiB',
    miner: { api: '/ip4/10.0.0.10/tcp/2345/http', token: { env: 'T' } },
    ...parts,
    hosts,
  });
  const { farm, diagnostics } = readFarm(text, 'x');
  const { config } = readConfig(text, 'x');
  const written = config === undefined ? undefined : checkSchema(config.value).written;
  if (farm === undefined || written === undefined) throw new Error(JSON.stringify(diagnostics));
  return updateFarm({ text, written, farm }, machines, ABOUT);
}

function farmOf(text: string): Farm {
  const { farm, diagnostics } = readFarm(text, 'x');
  if (farm === undefined) throw new Error(JSON.stringify(diagnostics));
  return farm;
}

/** A machine with one worker. */
function machine(hostname: string, listen: string, repo = '/r'): AskedHost['found'] {
  const [ip = '', port = ''] = listen.split(':');
  const args = ['--worker-repo', repo, 'run', '--name', `of-${hostname}`, '--no-default', '--addpiece'];
  return aFoundHost([{ args, repo, api: `/ip4/${ip}/tcp/${port}/http` }], { hostname, bootId: hostname });
}

function codes({ diagnostics }: Update): readonly string[] {
  return diagnostics.map(({ code }) => code);
}

function worker(listen: string, repo = '/r', state = 'running'): object {
  return { tasks: ['addpiece'], listen, repo, tmpDir: '/tmp', state };
}

describe('a worker of the file', () => {
  const one = { address: '10.0.0.1', workers: { a: { ...worker('10.0.0.1:3456'), tasks: ['addpiece'] } } };
  const found = machine('x', '10.0.0.1:3456');
  const with_ = (tasks: ReadonlySet<TaskCode> | undefined): AskedHost =>
    asked('10.0.0.1', {
      ...found,
      workers: found.workers.map(({ tasks: _, ...rest }) => ({
        ...rest,
        ...(tasks === undefined ? {} : { tasks }),
      })),
    });

  it('is told of where its tasks were switched by hand, and the file says otherwise', () => {
    const { diagnostics, text } = updated({ one }, [with_(new Set())]);
    expect(diagnostics).toMatchObject([
      { code: 'SF692' },
      {
        code: 'SF669',
        message: 'addpiece switched off by hand since it was started, and the file says otherwise',
      },
    ]);
    expect(text).not.toContain('switched');
    expect(codes(updated({ one }, [with_(new Set(['AP']))]))).toEqual([]);
  });

  it('is told of where it could not be asked', () => {
    expect(updated({ one }, [with_(undefined)]).diagnostics).toMatchObject([
      { code: 'SF690', severity: 'note', message: expect.stringContaining('could not be asked') as string },
    ]);
  });
});

describe('a worker that the file has drained', () => {
  const drained = (state: string, more: object = {}): WrittenHosts => ({
    one: { address: '10.0.0.1', workers: { a: { ...worker('10.0.0.1:3456', '/r', state), ...more } } },
  });
  const idle = asked('10.0.0.1', {
    ...machine('x', '10.0.0.1:3456'),
    workers: machine('x', '10.0.0.1:3456').workers.map((one) => ({ ...one, tasks: new Set<TaskCode>() })),
  });

  it('takes no tasks, as it should, and is told of only where something else is not as the file says', () => {
    expect(codes(updated(drained('running'), [idle]))).toContain('SF692');
    expect(codes(updated(drained('drained'), [idle]))).toEqual([]);
    const { diagnostics } = updated(drained('drained', { limits: { AP: 7 } }), [idle]);
    expect(diagnostics).toMatchObject([
      { code: 'SF692', message: expect.stringMatching(/ another limits\.AP than /) as string },
    ]);
  });
});

describe('a worker that is new', () => {
  it('gets a name that no worker of the file has', () => {
    const one = { address: '10.0.0.1', workers: { 'of-b': worker('10.0.0.1:3456') } };
    const { diagnostics, text } = updated({ one }, [asked('10.0.0.2', machine('b', '10.0.0.2:3456'))]);
    expect(diagnostics).toMatchObject([
      { code: 'SF664', message: expect.stringContaining('of-b-2') as string, place: { worker: 'of-b-2' } },
    ]);
    expect(text).toContain('of-b-2:');
  });

  it('runs, though the workers of the file do not', () => {
    const one = { address: '10.0.0.1', workers: { a: worker('10.0.0.1:3456') } };
    const { text } = updated({ one }, [asked('10.0.0.2', machine('b', '10.0.0.2:3456'))], {
      defaults: { worker: { state: 'stopped' } },
      profiles: {
        ap: { tasks: ['addpiece'] },
        off: { tasks: ['addpiece'], state: 'drained', tmpDir: '/tmp' },
      },
    });
    const [, added] = farmOf(text).hosts;
    expect(added?.workers).toMatchObject([{ name: 'of-b', state: 'running' }]);
    expect(text).toContain('profile: ap');
    expect(text).not.toContain('profile: off');
  });
});

describe('a machine that is asked', () => {
  it('is another one where it has another port of an address that is the name of a host', () => {
    const gw = { address: 'gw.example.com', ssh: { port: 2201 }, workers: { a: worker('10.0.0.1:3456') } };
    const other = asked('gw.example.com', machine('b', '10.0.0.2:3456'), { port: 2202 });
    const update = updated({ 'gw.example.com': gw }, [other]);
    expect([update.hosts, update.workers]).toEqual([['b'], []]);
    expect(codes(update)).toEqual([]);
  });

  it('is known by the address in the file whatever that is called, and by no other port of it', () => {
    const one = { address: '10.0.0.1', ssh: { port: 2201 }, workers: { a: worker('10.9.0.1:3456') } };
    const found = machine('b', '10.0.0.2:3456', '/other');
    expect(updated({ one }, [asked('10.0.0.1', found, { port: 2201 })]).workers).toEqual(['of-b']);
    expect(updated({ one }, [asked('10.0.0.1', found, { port: 2202 })]).hosts).toEqual(['b']);
  });

  it('is not one of the file for what it has on loopback', () => {
    const one = { address: '10.0.0.1', workers: { a: worker('127.0.0.1:3456') } };
    const update = updated({ one }, [asked('10.0.0.2', machine('b', '127.0.0.1:3456'))]);
    expect(update.hosts).toEqual(['b']);
  });

  it('gets a number that no host of the file has, where it has no name', () => {
    const address = `${'a.'.repeat(40)}example.com`;
    const hosts = {
      'host-1': { address: '10.0.0.1' },
      'host-4': { address: '10.0.0.4' },
      ubuntu: { address: '10.0.0.5' },
    };
    const update = updated(hosts, [asked(address, machine('ubuntu', '10.0.0.2:3456'))]);
    expect([update.hosts, update.workers]).toEqual([['host-5'], []]);
  });

  it('is left out where another one would be the same host, and both are named', () => {
    const one = { address: 'seal.example.com', workers: { a: worker('10.0.0.1:3456') } };
    const update = updated({ one }, [
      asked('10.0.0.1', machine('x', '10.0.0.1:3456')),
      asked('seal.example.com', machine('y', '10.0.0.1:3457', '/new')),
    ]);
    expect([update.hosts, update.workers]).toEqual([[], []]);
    expect(update.diagnostics).toMatchObject([
      {
        code: 'SF666',
        message: expect.stringContaining('10.0.0.1 left out: seal.example.com would be one') as string,
      },
      {
        code: 'SF666',
        message: expect.stringContaining('seal.example.com left out: 10.0.0.1 would be one') as string,
      },
    ]);
  });

  it('is said to be one where it was named twice', () => {
    const one = { address: '10.0.0.1', workers: { a: worker('10.0.0.1:3456') } };
    const found = machine('x', '10.0.0.1:3456');
    expect(codes(updated({ one }, [asked('10.0.0.1', found), asked('10.0.9.1', found)]))).toEqual(['SF666']);
  });
});
