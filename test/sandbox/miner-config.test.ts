import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { minerSettings, newConfigToml, type MinerSettings } from '../../src/sandbox/miner/config.js';

const folder = mkdtempSync(join(tmpdir(), 'sealfarm-miner-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const ALWAYS = ['C1', 'PR1', 'FIN', 'FUS', 'FRU', 'GET'];

function started(text: string, env: Readonly<Record<string, string>> = {}): MinerSettings {
  const file = join(folder, 'config.toml');
  writeFileSync(file, text);
  return minerSettings(file, env);
}

function sealing({ tasks }: MinerSettings): readonly string[] {
  return tasks.filter((code) => !ALWAYS.includes(code));
}

describe("the sandbox's miner", () => {
  it('seals nothing itself with the file of a new repo', () => {
    const settings = started(newConfigToml());
    expect(sealing(settings)).toEqual([]);
    expect(settings).toMatchObject({ disallowRemoteFinalize: false, localWorkerName: '' });
    expect([...settings.tasks].sort()).toEqual([...ALWAYS].sort());
  });

  it('seals all of it where its file says nothing, or is not there', () => {
    const all = ['DL', 'AP', 'PC1', 'PC2', 'C2', 'UNS', 'RU', 'PR2', 'GSK', 'DC'];
    expect(sealing(started('# [Storage]\n'))).toEqual(all);
    expect(sealing(minerSettings(join(folder, 'none'), {}))).toEqual(all);
  });

  it('goes by its file, and by its variables above that', () => {
    const text = newConfigToml()
      .replace('AllowPreCommit2 = false', 'AllowPreCommit2 = true')
      .replace('#DisallowRemoteFinalize = false', 'DisallowRemoteFinalize = true');
    expect(started(text)).toMatchObject({ disallowRemoteFinalize: true });
    expect(sealing(started(text))).toEqual(['PC2']);
    const env = { LOTUS_STORAGE_ALLOWPRECOMMIT2: '0', LOTUS_STORAGE_ALLOWADDPIECE: 't' };
    expect(sealing(started(text, env))).toEqual(['AP', 'DC']);
  });

  it('listens where its file says, and where its sandbox says without that', () => {
    expect(started(newConfigToml())).not.toHaveProperty('listen');
    expect(started(newConfigToml())).not.toHaveProperty('remoteListen');
    const text = newConfigToml().replace(
      /#ListenAddress = .*/,
      'ListenAddress = "/ip4/0.0.0.0/tcp/2345/http"',
    );
    expect(started(text)).toMatchObject({
      listen: { host: '0.0.0.0', port: 2345 },
      remoteListen: '127.0.0.1:2345',
    });
    const routable = text.replace(/#RemoteListenAddress = .*/, 'RemoteListenAddress = "10.0.0.10:2345"');
    expect(started(routable).remoteListen).toBe('10.0.0.10:2345');
  });

  it.each([
    ['no TOML', '[Storage', {}],
    ['another kind of value', '[Storage]\nAllowCommit = "true"\n', {}],
    ['a variable that is none', '', { LOTUS_STORAGE_ALLOWCOMMIT: 'yes' }],
  ])('does not start with %s', (_, text, env) => {
    expect(() => started(text, env)).toThrow(/^loading config: /);
  });
});
