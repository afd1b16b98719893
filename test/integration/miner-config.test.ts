import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layout, readState } from '../../src/sandbox/layout.js';
import { endAll, startDetached, type ProcessId } from '../../src/sandbox/processes.js';
import { SandboxFarm } from '../support/sandbox-farm.js';
import { until } from '../support/until.js';

interface MinerJson {
  readonly pending: readonly { readonly field: string; readonly before: string; readonly after: string }[];
  readonly hidden: readonly string[];
}

interface PlanJson {
  readonly hosts: readonly { readonly steps: readonly { readonly action: { readonly kind: string } }[] }[];
  readonly diagnostics: readonly { readonly code: string; readonly message: string }[];
  readonly miner?: MinerJson;
}

interface Looked {
  readonly hosts: readonly { readonly host: string; readonly reached: boolean }[];
  readonly diagnostics: readonly { readonly code: string; readonly severity: string }[];
}

describe("the miner's config.toml", () => {
  let farm: SandboxFarm;
  let config = '';
  let miner: ProcessId | undefined;
  beforeAll(async () => {
    farm = await SandboxFarm.up(2);
    config = layout(farm.dir).minerConfig;
    miner = readState(farm.dir)?.processes.miner;
    await farm.edit((text) =>
      text.replace('miner:\n', `miner:\n  host: host-1\n  repo: ${layout(farm.dir).miner}\n`),
    );
    expect((await farm.run(['apply', '--yes'])).code).toBe(0);
  });
  afterAll(() => farm.down());

  async function plan(): Promise<PlanJson> {
    return JSON.parse((await farm.run(['plan', '--json'])).stdout) as PlanJson;
  }

  /** As whoever keeps it would, with these variables in its unit. */
  async function restart(variables: Readonly<Record<string, string>> = {}): Promise<void> {
    if (miner !== undefined) await endAll([miner], 5000);
    miner = startDetached('miner/miner-main.js', farm.dir, join(farm.dir, 'log', 'miner.log'), variables);
    await until(async () => (await farm.run(['status'])).code === 0, 'the farm is as before');
  }

  function set(key: string): Promise<void> {
    return farm.edit((text) => text.replace('miner:\n', `miner:\n  ${key}\n`));
  }

  it('is nothing to do where it says all of it', async () => {
    await set('tasks: []');
    expect(await plan()).toMatchObject({ hosts: [{ steps: [] }, { steps: [] }], diagnostics: [] });
    expect((await farm.run(['plan'])).stdout).toContain('The farm matches the file.');
  });

  it('is edited in place, and what it changes waits for a restart of the miner', async () => {
    const before = await readFile(config, 'utf8');
    await farm.edit((text) => text.replace('tasks: []', 'tasks: [addpiece]'));
    const shown = (await farm.run(['plan', '--diff'])).stdout;
    expect(shown).toContain('-  AllowAddPiece = false');
    expect(shown).toContain('[pending miner restart]');
    const applied = await farm.run(['apply', '--yes']);
    expect(applied.stderr).toContain('[Storage] AllowAddPiece: false → true');
    expect(applied.code).toBe(0);
    expect(await readFile(config, 'utf8')).toBe(
      before.replace('AllowAddPiece = false', 'AllowAddPiece = true'),
    );

    const change = { field: '[Storage] AllowAddPiece', before: 'false', after: 'true' };
    expect(await plan()).toMatchObject({
      hosts: [{ steps: [] }, { steps: [] }],
      miner: { pending: [change], hidden: [] },
    });
    expect((await farm.run(['plan'])).stdout).toContain('A restart of lotus-miner is pending.');
    await restart();
    const after = await plan();
    expect([after.miner, after.diagnostics]).toEqual([undefined, []]);
  });

  it('is outranked by a variable, and the plan says so', async () => {
    await restart({ LOTUS_STORAGE_ALLOWADDPIECE: 'false', LOTUS_SECRET: 'canary-7c1f5e' });
    const { stdout } = await farm.run(['plan']);
    expect(stdout).toContain('LOTUS_STORAGE_ALLOWADDPIECE=false');
    expect(stdout).not.toContain('canary');
    expect(stdout).not.toContain('matches the file');
    expect((await plan()).miner).toEqual({
      host: 'host-1',
      pending: [],
      hidden: ['[Storage] AllowAddPiece'],
    });
    await restart();
  });

  it('is left alone where it is broken', async () => {
    const good = await readFile(config, 'utf8');
    const broken = `${good}[Storage]\n`;
    await writeFile(config, broken);
    await farm.edit((text) => text.replace('tasks: [addpiece]', 'tasks: []'));
    const refused = await farm.run(['apply', '--yes']);
    expect(refused.stdout).toMatch(/SF580[^]*line \d+, column \d+/);
    expect(refused.code).not.toBe(0);
    expect(await readFile(config, 'utf8')).toBe(broken);
    // Also where the file sets no key of it.
    const declared = await farm.readFile();
    await farm.edit((text) => text.replace('  tasks: []\n', ''));
    const looked = await farm.run(['doctor']);
    expect(looked.stdout).toMatch(/SF580[^]*line \d+, column \d+/);
    expect(looked.code).toBe(1);
    await farm.edit(() => declared);
    await writeFile(config, good);
  });

  it('is looked at by doctor, with who makes the proofs and where it listens', async () => {
    const good = await readFile(config, 'utf8');
    await writeFile(
      config,
      good
        .replace('#DisableBuiltinWindowPoSt = false', 'DisableBuiltinWindowPoSt = true')
        .replace(/#RemoteListenAddress = .*/, 'RemoteListenAddress = "8.8.8.8:2345"'),
    );
    const { stdout, code } = await farm.run(['doctor', '--json']);
    const { diagnostics } = JSON.parse(stdout) as PlanJson;
    const codes = diagnostics.map((one) => one.code);
    expect(codes).toEqual(expect.arrayContaining(['SF656', 'SF657']));
    expect(code).toBe(1);
    await writeFile(config, good);
  });

  it('is kept on a machine of its own, too, which has no workers', async () => {
    const own = farm.host('host-2');
    await farm.edit((text) =>
      text
        .replace('  host: host-1\n', '  host: 127.0.0.12\n')
        .replace('defaults:\n', `defaults:\n  paths: { state: ${own}/state }\n`)
        .replace(/\n {2}host-2:[^]*/, '\n'),
    );
    const applied = await farm.run(['apply', '--yes', '--json']);
    expect(applied.stdout).toContain('"127.0.0.12/lotus-miner/config.toml"');
    expect(await readFile(config, 'utf8')).toContain('AllowAddPiece = false');
    expect(await readFile(join(own, 'state', 'journal.jsonl'), 'utf8')).toContain('config.toml');
    expect((await plan()).miner).toMatchObject({ pending: [{ field: '[Storage] AllowAddPiece' }] });
    // It is a part of the farm like any host, and a part without it leaves it alone.
    await farm.edit((text) => text.replace('tasks: []', 'tasks: [unseal]'));
    expect((await farm.run(['plan', '--target', '127.0.0.12'])).stdout).toContain(
      'AllowUnseal: false → true',
    );
    expect((await farm.run(['plan', '--exclude', '127.0.0.12'])).stdout).not.toContain('AllowUnseal');
    await farm.edit((text) => text.replace('tasks: [unseal]', 'tasks: []'));
    const looked = await farm.run(['doctor', '127.0.0.12', '--json']);
    const { hosts, diagnostics } = JSON.parse(looked.stdout) as Looked;
    expect(hosts).toMatchObject([{ host: '127.0.0.12', reached: true }]);
    expect(diagnostics.map(({ code }) => code)).not.toContain('SF570');
    expect(looked.code, looked.stdout).toBe(0);
    // One that cannot be reached is said to be, and all else is looked at.
    await farm.edit((text) => text.replace('host: 127.0.0.12\n', 'host: 127.0.0.1\n'));
    const away = await farm.run(['doctor', '--json']);
    await farm.edit((text) => text.replace('host: 127.0.0.1\n', 'host: 127.0.0.12\n'));
    const seen = JSON.parse(away.stdout) as Looked;
    expect(seen.hosts).toMatchObject([
      { host: 'host-1', reached: true },
      { host: '127.0.0.1', reached: false },
    ]);
    expect(seen.diagnostics).toContainEqual(expect.objectContaining({ code: 'SF404', severity: 'error' }));
    expect(away.code).toBe(3);
    // So it goes back.
    const back = await farm.run(['rollback', '127.0.0.12', '--yes']);
    expect(back.stdout).toMatch(/\+ +AllowAddPiece = true/);
    expect([back.code, back.stderr.includes('lotus-miner runs on')], back.stdout + back.stderr).toEqual([
      0,
      true,
    ]);
    expect(await readFile(config, 'utf8')).toContain('AllowAddPiece = true');
    // Its journal and its lock are within reach as well.
    expect((await farm.run(['history', '127.0.0.12'])).stdout).toMatch(/ apply /);
    expect((await farm.run(['unlock', '127.0.0.12', '--force'])).code).toBe(0);
  });
});
