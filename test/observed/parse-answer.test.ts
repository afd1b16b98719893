import { describe, expect, it } from 'vitest';
import { hostLayout, workerLayout } from '../../src/host/layout.js';
import { formatManifest } from '../../src/host/manifest.js';
import type { ObservedFile } from '../../src/observed/observed.js';
import { assembleHost, parseAnswer, type HostAnswer } from '../../src/observed/parse-answer.js';
import { Secret } from '../../src/secret/secret.js';
import { aHost } from '../support/farm.js';
import { ABSENT, aUnit, EMPTY_ANSWER, file, sha256, unreached } from '../support/observation.js';

const b64 = (text: string): string => Buffer.from(text).toString('base64');
const HEAD = 'sealfarm-probe 1';
const END = 'sealfarm-probe end';

describe("a host's answer", () => {
  it.each([
    ['nothing', ''],
    ['no head', `file ${b64('/a')} absent\n${END}\n`],
    ['no end', `${HEAD}\nfile ${b64('/a')} absent\n`],
    ['half the end', `${HEAD}\n${END.slice(0, -1)}`],
    ['an end before the head', `${END}\n${HEAD}\n`],
    ['a head of another version', `sealfarm-probe 2\n${END}\n`],
  ])('with %s was cut off', (_, stdout) => {
    expect(parseAnswer('host-1', stdout)).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF501', place: { kind: 'host', host: 'host-1' } },
    });
  });

  it('may have a banner before it and words after it', () => {
    const result = parseAnswer('host-1', `Welcome!\nfile ${b64('/x')} absent\n${HEAD}\n${END}\nBye\n`);
    expect(result).toMatchObject({ ok: true, value: { files: new Map() } });
  });

  it('holds files, storage paths and processes', () => {
    const lines = [
      `self ${b64('operator')}`,
      `file ${b64('/a b')} absent`,
      `standing ${b64('worker-1')} absent - -`,
      `standing ${b64('worker-2')} ok ${b64(' numactl setpriv')} ${b64('/mnt/a b\n/mnt/c')}`,
      `file ${b64('/c')} present 600 ${b64('text')}`,
      `file ${b64('/d')} present 644 -`,
      `file ${b64('/e')} unreadable ${b64('permission denied')}`,
      `storage ${b64('/mnt/a')} present root`,
      `entries ${b64('/mnt/a')} sealed ${b64('s-t01000-1\nfetching\ns-t01000-2\n')}`,
      `entries ${b64('/mnt/a')} cache -`,
      `entries ${b64('/mnt/unknown')} cache ${b64('x')}`,
      `storage ${b64('/mnt/b')} absent`,
      `process ${b64('/p')} 42 ${b64('A=1=2\0B=\0junk\0')}`,
      `process ${b64('/r')} 43`,
      `units ${b64('SubState=running\nMainPID=43\nId=sealfarm-worker@a.service\nResult=success\nActiveState=active')} 0`,
      `enabled ${b64('sealfarm-worker@a.service')}`,
      `stranger 7 0 ${b64('/root/.lotusworker')} - -`,
      'new-kind x y',
      '',
    ];
    const result = parseAnswer('host-1', [HEAD, ...lines, END].join('\n'));
    expect(result).toEqual({
      ok: true,
      value: {
        sshUser: 'operator',
        standings: new Map([
          ['worker-1', { user: 'absent', lacking: [], denied: [] }],
          ['worker-2', { user: 'ok', lacking: ['numactl', 'setpriv'], denied: ['/mnt/a b', '/mnt/c'] }],
        ]),
        files: new Map<string, ObservedFile>([
          ['/a b', ABSENT],
          ['/c', file('text', '600')],
          ['/d', file('', '644')],
          ['/e', { state: 'unreadable', why: 'permission denied' }],
        ]),
        storage: new Map([
          [
            '/mnt/a',
            { exists: true, onRootFileSystem: true, entries: ['sealed/s-t01000-1', 'sealed/s-t01000-2'] },
          ],
          ['/mnt/b', { exists: false, onRootFileSystem: false, entries: [] }],
        ]),
        processes: new Map([
          [
            '/p',
            {
              pid: 42,
              environ: new Map([
                ['A', new Secret('1=2')],
                ['B', new Secret('')],
              ]),
            },
          ],
          ['/r', { pid: 43, environ: new Map() }],
        ]),
        units: new Map([['sealfarm-worker@a.service', aUnit({ active: 'active', sub: 'running', pid: 43 })]]),
        unmanaged: [{ pid: 7, uid: 0, repo: '/root/.lotusworker', variables: [] }],
        startedAtBoot: new Set(['sealfarm-worker@a.service']),
      },
    });
  });

  it('shows no content of a file when it is printed', () => {
    const result = parseAnswer('host-1', `${HEAD}\nfile ${b64('/c')} present 600 ${b64('s3cr3t')}\n${END}`);
    const files = result.ok ? [...result.value.files.values()] : [];
    expect(files).toHaveLength(1);
    expect(JSON.stringify(files)).not.toContain('s3cr3t');
  });
});

describe('a host put together', () => {
  const host = aHost();
  const layout = hostLayout(host.paths);
  const files = workerLayout(host, { name: 'worker-1', repo: '/var/lib/lotus/worker-1' });
  const answering = (entries: readonly [string, ObservedFile][]): HostAnswer => ({
    ...EMPTY_ANSWER,
    files: new Map(entries),
  });

  it('tells as whom it answered', () => {
    expect(assembleHost(host, { ...EMPTY_ANSWER, sshUser: 'operator' }, new Map()).sshUser).toBe('operator');
  });

  it('that sealfarm never wrote to has no manifest and no problem', () => {
    const observed = assembleHost(host, EMPTY_ANSWER, new Map());
    expect(observed).toEqual({
      reached: true,
      name: 'host-1',
      problems: [],
      workers: new Map([
        [
          'worker-1',
          {
            envFile: ABSENT,
            dropIn: ABSENT,
            storageJson: ABSENT,
            storage: new Map([
              [
                '/mnt/nvme0/seal',
                { exists: false, onRootFileSystem: false, entries: ['sealed/?'], sectorStore: ABSENT },
              ],
            ]),
          },
        ],
      ]),
    });
  });

  it('has the record of what sealfarm wrote', () => {
    const { written } = assembleHost(
      host,
      answering([[layout.written, file(`${sha256('a')}  /etc/x\n`)]]),
      new Map(),
    );
    expect(written).toEqual(new Map([['/etc/x', new Set([sha256('a')])]]));
  });

  it('has a stopped worker whose repo somebody else holds, and no running one', () => {
    const stranger = { pid: 7, uid: 0, repo: '/var/lib/lotus/worker-1', variables: [] };
    const running = new Map([[files.pidFile, { pid: 42, environ: new Map() }]]);
    const seen = (answer: Partial<HostAnswer>): boolean | undefined =>
      assembleHost(host, { ...EMPTY_ANSWER, ...answer }, new Map([['worker-1', unreached()]])).workers.get(
        'worker-1',
      )?.startedElsewhere;
    expect(seen({ unmanaged: [stranger] })).toBe(true);
    expect(seen({ unmanaged: [{ ...stranger, repo: '/elsewhere' }] })).toBeUndefined();
    expect(seen({ unmanaged: [stranger], processes: running })).toBeUndefined();
  });

  it('has its manifest and the checksum of its bytes', () => {
    const text = formatManifest({ version: 1, farm: 'example', workers: ['worker-1'], intents: {} });
    const observed = assembleHost(host, answering([[layout.manifest, file(text)]]), new Map());
    expect(observed.manifest?.workers).toEqual(['worker-1']);
    expect(observed.manifestSha256).toBe(sha256(text));
  });

  it.each<[string, ObservedFile, RegExp]>([
    ['broken', file('{'), /manifest\.json on host-1 cannot be read: it is not JSON/],
    ['of another kind', file('{}'), /version 1/],
    ['unreadable', { state: 'unreadable', why: 'permission denied' }, /permission denied/],
  ])('with a manifest that is %s has a problem', (_, manifest, message) => {
    const observed = assembleHost(host, answering([[layout.manifest, manifest]]), new Map());
    expect(observed.manifest).toBeUndefined();
    expect(observed.problems).toMatchObject([
      {
        code: 'SF504',
        severity: 'error',
        place: { path: layout.manifest },
        message: expect.stringMatching(message) as string,
      },
    ]);
  });

  it('has the declared paths and those of its own list', () => {
    const answer: HostAnswer = {
      ...EMPTY_ANSWER,
      files: new Map([
        [files.storageJson, file('{"StoragePaths":[{"Path":"/mnt/old/"},{"Path":"/mnt/odd\\nname"}]}')],
        ['/mnt/old/sectorstore.json', file('{}')],
      ]),
      storage: new Map([['/mnt/old', { exists: true, onRootFileSystem: false, entries: [] }]]),
    };
    const storage = assembleHost(host, answer, new Map()).workers.get('worker-1')?.storage;
    expect([...(storage?.keys() ?? [])]).toEqual(['/mnt/nvme0/seal', '/mnt/old', '/mnt/odd\nname']);
    expect(storage?.get('/mnt/old')).toMatchObject({ exists: true, sectorStore: { state: 'present' } });
    // The script could not find it by its name: it must not pass for empty.
    expect(storage?.get('/mnt/odd\nname')?.entries).toEqual(['sealed/?']);
  });

  it('has only its declared paths where its own list is broken', () => {
    const observed = assembleHost(host, answering([[files.storageJson, file('{')]]), new Map());
    expect([...(observed.workers.get('worker-1')?.storage.keys() ?? [])]).toEqual(['/mnt/nvme0/seal']);
  });

  it('has a process with what the worker says of itself', () => {
    const processes = new Map([[files.pidFile, { pid: 42, environ: new Map() }]]);
    const live = unreached();
    const observed = assembleHost(host, { ...EMPTY_ANSWER, processes }, new Map([['worker-1', live]]));
    expect(observed.workers.get('worker-1')?.process).toEqual({
      pid: 42,
      manager: 'process',
      environ: new Map(),
      live,
    });
  });
});
