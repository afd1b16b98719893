import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type CliResult } from '../support/cli.js';
import { farmFile, type LabHostName } from './lab/farm-file.js';
import { HostMiner, MINER_REPO, MINER_USER } from './lab/host-miner.js';
import { Lab } from './lab/lab.js';

/** It has no worker, and is no host of the file. */
const MACHINE = '10.79.0.11';
const WORKERS: readonly LabHostName[] = ['inner', 'sudo', 'process'];

/** All that the file says of the miner: neither its token nor the address of its API. */
const MINER = `  host: ${MACHINE}
  repo: ${MINER_REPO}
  user: ${MINER_USER}
  token: { fromMiner: true }
  remoteListen: ${MACHINE}:2345
  tasks: []`;

/** As Lotus writes it, but for where its API listens. */
async function newConfig(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '..', 'fixtures', 'miner-config.toml'), 'utf8');
  return text.replace(/#ListenAddress = .*/, 'ListenAddress = "/ip4/0.0.0.0/tcp/2345/http"');
}

describe('a farm whose miner is a systemd unit of a user of its own', () => {
  let lab: Lab;
  let miner: HostMiner;
  /** The token that the miner has made for itself, and later the one before. */
  let canary: string;
  const tokens = new Set<string>();
  let before: string;
  const outputs: string[] = [];

  beforeAll(async () => {
    lab = await Lab.up('none');
    before = await newConfig();
    miner = await HostMiner.start(lab, 'plain', MACHINE, before);
    canary = await miner.token();
    tokens.add(canary);
    await lab.write(farmFile(MINER, WORKERS));
  });
  afterAll(async () => {
    await lab.down();
  });

  async function run(...words: string[]): Promise<CliResult> {
    const result = await lab.sealfarm(...words);
    outputs.push(result.stdout, result.stderr);
    return result;
  }

  const registered = async (): Promise<readonly string[]> =>
    (await miner.report()).workers.filter(({ enabled }) => enabled).map(({ name }) => name);

  const modeOf = (file: string): Promise<string> => lab.at('plain', 'stat', '-c', '%U:%G %a', file);

  it('comes up from the host of the miner alone, with the token on no command line', async () => {
    const config = `${MINER_REPO}/config.toml`;
    expect(await modeOf(config)).toBe(`${MINER_USER}:${MINER_USER} 640`);
    const planned = await run('plan', '--diff', '--out', 'plan.json');
    expect(planned.code, planned.stderr).toBe(0);
    expect(planned.stdout).toContain('3 to start');
    expect(planned.stdout).toContain('+  AllowPreCommit1 = false');

    const [started = ''] = await lab.startedPrograms(['plain'], async () => {
      const applied = await run('apply', '--yes');
      expect(applied.code, applied.stdout + applied.stderr).toBe(0);
    });
    expect(started.includes('cli-main.js auth api-info --perm admin')).toBe(true);
    expect(started.includes(canary)).toBe(false);

    for (const host of WORKERS) {
      const env = await lab.at(host, 'cat', `/etc/sealfarm/workers/worker-${host}/worker.env`);
      expect(env.includes(`MINER_API_INFO=${canary}:/ip4/${MACHINE}/tcp/2345/http`), host).toBe(true);
    }
    expect(await registered()).toEqual(expect.arrayContaining(WORKERS.map((host) => `worker-${host}`)));
    expect(await modeOf(config)).toBe(`${MINER_USER}:${MINER_USER} 640`);
    const written = await miner.config();
    expect(written).toContain(`\n  RemoteListenAddress = "${MACHINE}:2345"\n`);
    for (const key of ['AddPiece', 'PreCommit1', 'PreCommit2', 'Commit', 'Unseal'])
      expect(written).toContain(`\n  Allow${key} = false\n`);
    // But for the lines of these keys it is what it was.
    const others = (text: string): string =>
      text.replaceAll(/^ +#?(?:Allow\w+|RemoteListenAddress) = .*\n/gm, '');
    expect(others(written).trimEnd()).toBe(others(before).trimEnd());
  });

  it('lacks nothing then but a restart of the miner, which goes by its file of before', async () => {
    const planned = await run('plan', '--detailed-exitcode');
    expect(planned.code, planned.stdout).toBe(0);
    expect(planned.stdout).toContain('A restart of lotus-miner is pending.');
    expect(planned.stdout).toContain('[API] RemoteListenAddress');
    const own = (await miner.report()).workers.find(({ name }) => name === 'plain');
    expect(own?.tasks).toContain('PC1');

    // It still takes tasks, and sends others to loopback for what it stores.
    const looked = await run('doctor', '--json');
    const { diagnostics } = JSON.parse(looked.stdout) as { diagnostics: { code: string }[] };
    const codes = diagnostics.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['SF525', 'SF538']));
    expect(codes.filter((code) => /^SF(?:58|65)/.test(code))).toEqual([]);
  });

  it('has the miner restarted by its unit once no proof is due, and all workers register again', async () => {
    await miner.setDue(true);
    const pid = await miner.pid();
    const planned = await run('plan', '--restart-miner', '--detailed-exitcode', '--out', 'restart.json');
    expect(planned.stdout).toMatch(/~ restart lotus-miner +\[restart\]/);
    expect(planned.code).toBe(2);
    const waits = await run('apply', 'restart.json', '--detach');
    expect(waits.code, waits.stderr).toBe(3);
    expect(waits.stdout).toContain('deadline 0 is open');
    expect(await miner.pid()).toBe(pid);

    await miner.setDue(false);
    const restarted = await run('apply', '--yes', '--restart-miner');
    expect(restarted.code, restarted.stdout + restarted.stderr).toBe(0);
    expect(restarted.stdout).toContain('restart lotus-miner … done');
    expect(await miner.pid()).not.toBe(pid);
    expect(await lab.at('plain', 'systemctl', 'is-active', 'lotus-miner')).toBe('active');
    expect(await registered()).toEqual(expect.arrayContaining(WORKERS.map((host) => `worker-${host}`)));
    const own = (await miner.report()).workers.find(({ name }) => name === 'plain');
    expect(own?.tasks).not.toContain('PC1');
    await lab.expectEmptyPlan();
  });

  it('is taken into an imported file by its machine, and asked there for address and token', async () => {
    const hosts = ['inner', 'sudo', '10.79.0.16', '--sudo', '--name', 'lab'];
    const { code, stdout, stderr } = await run('import', ...hosts, '--miner', MACHINE);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/miner:\n.*api:.*\n {2}token: \{ fromMiner: true \}\n {2}host: 10\.79\.0\.11\n/);
    const file = join(lab.folder, 'imported.yaml');
    await writeFile(file, stdout);
    const plan = ['plan', '--json', '--config', 'imported.yaml'];
    // Its repo is not where Lotus has it by itself.
    expect((await run(...plan)).stdout).toContain('SF307');
    const own = `host: ${MACHINE}\n  repo: ${MINER_REPO}\n  user: ${MINER_USER}\n`;
    await writeFile(file, stdout.replace(`host: ${MACHINE}\n`, own));
    const planned = await run(...plan);
    const { summary } = JSON.parse(planned.stdout) as { summary: Readonly<Record<string, number>> };
    expect(summary, planned.stdout).toMatchObject({ start: 0, restart: 0, live: 0 });
  });

  it('seals, and moves what is sealed to the storage of the miner', async () => {
    await miner.submit(1);
    await eventually('the sector is proved', async () =>
      (await miner.report()).sectors.every(({ state }) => state === 'Proving'),
    );
    expect(await miner.report()).toMatchObject({ sectors: [{ state: 'Proving' }], jobsFailed: 0 });
    expect(await lab.at('plain', 'ls', `${MINER_REPO}/storage/sealed`)).toMatch(/^s-t01000-\d+$/);
  });

  it('is given another token, whose key is the miner’s alone', async () => {
    const rotated = await run('rotate-token', '--yes');
    expect(rotated.code, rotated.stdout + rotated.stderr).toBe(0);
    expect(await miner.token()).not.toBe(canary);
    tokens.add(await miner.token());
    const keys = `stat -c '%U %a' ${MINER_REPO}/keystore/*`;
    expect(await lab.sh('plain', keys)).toBe(`${MINER_USER} 600\n${MINER_USER} 600`);
    await lab.expectEmptyPlan();
  });

  it('has shown no token anywhere', async () => {
    await run('history', ...WORKERS, MACHINE);
    outputs.push(await readFile(join(lab.folder, 'plan.json'), 'utf8'));
    for (const host of [...WORKERS, 'plain']) {
      outputs.push(await lab.sh(host, 'cat /var/lib/sealfarm/journal.jsonl'));
      outputs.push(await lab.sh(host, 'journalctl --no-pager 2>/dev/null || :'));
    }
    const all = outputs.join('\n');
    expect(all.length).toBeGreaterThan(5000);
    expect([...tokens].map((token) => all.includes(token))).toEqual([false, false]);
  });
});
