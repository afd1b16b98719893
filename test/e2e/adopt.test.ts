import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFarm } from '../../src/farm/read-farm.js';
import { eventually } from '../support/cli.js';
import type { LabHostName } from './lab/farm-file.js';
import { BY_HAND, HOSTS, processes, REPO, startByHand } from './lab/by-hand.js';
import { Lab } from './lab/lab.js';

/** A farm that somebody has started by hand, of which no file says anything before it is imported; each test goes on from the last. */
let lab: Lab;
let before: Standing;
let options: readonly string[];

/** What is to stay as it is: processes, and IDs of storage. */
interface Standing {
  readonly processes: readonly string[];
  readonly stores: readonly string[];
}

async function standing(): Promise<Standing> {
  return {
    processes: await Promise.all(HOSTS.map((host) => processes(lab, host))),
    stores: await Promise.all(BY_HAND.map(({ host, seal }) => lab.sh(host, `cat ${seal}/sectorstore.json`))),
  };
}

interface Planned {
  readonly hosts: readonly {
    readonly steps: readonly { readonly disruption: string; readonly reason: string }[];
  }[];
  readonly diagnostics: readonly { readonly code: string }[];
  readonly summary: Readonly<Record<string, number>>;
  readonly foreign?: readonly { readonly worker: string; readonly starter: string }[];
}

async function plan(...more: readonly string[]) {
  const { stdout } = await lab.sealfarm('plan', '--json', ...more);
  const { hosts, diagnostics, summary, foreign = [] } = JSON.parse(stdout) as Planned;
  const steps = hosts.flatMap((host) => host.steps);
  return {
    steps: [...new Set(steps.map(({ disruption, reason }) => `${disruption}, ${reason}`))],
    found: diagnostics.map(({ code }) => code),
    summary,
    foreign: foreign.map(({ worker, starter }) => `${worker}: ${starter.replace(/\d+\)$/, 'N)')}`).toSorted(),
  };
}

/** Each file of a host with its mode, owner, times and what is in it. */
function listing(host: LabHostName): Promise<string> {
  const folders = '/etc /home /mnt /root /usr/local /var/lib/sealfarm /var/spool /var/tmp';
  return lab.sh(
    host,
    `find ${folders} -printf '%p %m %U:%G %s %T@ %C@ %l\\n' 2>/dev/null | sort; find ${folders} -type f -exec sha256sum {} + 2>/dev/null | sort`,
  );
}

const listings = (): Promise<readonly string[]> => Promise.all(HOSTS.map(listing));

/** What a worker's process was started with. */
async function environOf(host: LabHostName): Promise<readonly string[]> {
  return (await lab.sh(host, `tr '\\0' '\\n' </proc/$(pgrep -x lotus-worker)/environ`)).split('\n');
}

/** Milliseconds; longer than all that is done before. */
const SEED_WAIT = 3_600_000;
const SECTORS = 8;

/** As somebody calls them. */
const CALLED: readonly string[] = ['root@10.79.0.11', 'inner', 'sudo', '10.79.0.14', 'slow', '10.79.0.16'];

const untilAll = (wanted: string): Promise<void> =>
  eventually(`all sectors are in ${wanted}`, async () => {
    const states = await lab.sectorStates();
    return states.length === SECTORS && states.every((state) => state === wanted);
  });

const STARTERS = {
  'worker-closed': 'the unit seal.service',
  'worker-inner': 'tmux session 0',
  'worker-plain': 'the unit seal.service',
  'worker-process': 'a shell, kept by a loop in a shell (process N)',
  'worker-second': 'a shell',
  // Node.js does not keep what nohup ignores.
  'worker-slow': 'a shell',
  'worker-sudo': 'a shell',
} as const;

function startersBut(...taken: readonly (keyof typeof STARTERS)[]): readonly string[] {
  return Object.entries(STARTERS)
    .filter(([worker]) => !taken.some((one) => one === worker))
    .map(([worker, starter]) => `${worker}: ${starter}`);
}

beforeAll(async () => {
  lab = await Lab.up();
  await startByHand(lab);
  before = await standing();
  const token = `file:${join(lab.folder, 'sandbox', 'miner', 'token')}`;
  options = ['--sudo', '--miner-token', token];
});

afterAll(async () => {
  await lab.down();
});

describe('six hosts whose workers were started in six ways', () => {
  it('are printed as a file that is valid, and find nothing changed', async () => {
    await lab.untilRegistered(BY_HAND.map(({ name }) => name));
    const files = await listings();
    const { code, stdout, stderr } = await lab.sealfarm('import', ...CALLED, ...options);
    expect(code, stderr).toBe(0);
    expect(await listings()).toEqual(files);
    expect(files.every((one) => one.includes('/mnt/seal/sectorstore.json'))).toBe(true);
    expect(stdout + stderr).not.toContain(await lab.minerToken());
    // What systemd shows of a directive that the unit has not, is not taken for one.
    expect(stdout + stderr).not.toContain('which a unit of sealfarm does not');
    await lab.write(stdout);
    const validated = JSON.parse(await lab.succeed('validate', '--json')) as Planned;
    // The miner stores finished sectors itself.
    expect(validated.diagnostics.map((one) => one.code)).toEqual(['SF279']);
    const workers = readFarm(stdout, 'sealfarm.yaml').farm?.hosts.flatMap((host) => host.workers) ?? [];
    expect(
      workers.map(({ name, repo, listen }) => [name, repo, `${listen.host}:${listen.port}`]).toSorted(),
    ).toEqual(BY_HAND.map(({ name, repo, listen }) => [name, repo, listen]).toSorted());
  });

  it('are found by their names in ssh_config', async () => {
    const { code, stdout, stderr } = await lab.sealfarm('import', '--ssh-config-hosts', 'su*', ...options);
    expect(code, stderr).toBe(0);
    const hosts = readFarm(stdout, 'sealfarm.yaml').farm?.hosts ?? [];
    expect(hosts.map(({ name, workers }) => [name, workers.map((worker) => worker.name)])).toEqual([
      ['sudo', ['worker-sudo']],
    ]);
  });

  it('are taken over as they run, in the middle of PC1: no restart, no live change, no job that fails', async () => {
    await lab.submit(SEED_WAIT, SECTORS, SEED_WAIT);
    await untilAll('PreCommit1');
    const planned = await plan();
    // New is the template of units. The old unit of plain is enabled, and starts it at the next boot.
    expect(planned).toMatchObject({
      steps: ['none, adopted', 'none, new'],
      found: ['SF550'],
      foreign: startersBut(),
    });
    expect(planned.summary).toMatchObject({ restart: 0, live: 0 });
    await lab.succeed('apply', '--yes');
    expect(await standing()).toEqual(before);
    expect(await plan()).toMatchObject({ steps: [], found: ['SF550'], foreign: startersBut() });
    expect((await lab.worker('worker-inner'))?.foreign).toMatchObject({ adopted: true });
    expect(new Set(await lab.sectorStates())).toEqual(new Set(['PreCommit1']));
    expect(await lab.failedJobs()).toEqual([]);
    await lab.endPC1();
  });

  it('come back once after a boot: as the file says, or by the old unit where that is enabled', async () => {
    await untilAll('WaitSeed');
    for (const host of ['plain', 'inner'] as const) await lab.reboot(host);
    for (const host of ['plain', 'inner'] as const) {
      await lab.untilRunning(`worker-${host}`);
      expect(await processes(lab, host)).toMatch(/^\d+$/);
    }
    const environ = await environOf('inner');
    for (const variable of [
      `LOTUS_WORKER_PATH=${REPO}`,
      'LOTUS_WORKER_NAME=worker-inner',
      'LOTUS_WORKER_LISTEN=10.79.1.12:3456',
      'LOTUS_WORKER_NO_LOCAL_STORAGE=true',
      'LOTUS_WORKER_PRECOMMIT1=true',
      'PC1_32G_MAX_CONCURRENT=2',
      'RUST_LOG=info',
      'FIL_PROOFS_PARENT_CACHE=/var/tmp/parents',
    ])
      expect(environ).toContain(variable);
    const worker = await lab.worker('worker-inner');
    expect(worker?.tasks).toEqual(['AP', 'PC1', 'PC2', 'C2']);
    expect(worker).not.toHaveProperty('foreign');
    expect(await plan()).toMatchObject({ steps: [], found: ['SF550'], foreign: startersBut('worker-inner') });
    expect((await standing()).stores).toEqual(before.stores);
    await lab.endSeedWait();
    await untilAll('Proving');
    expect(await lab.failedJobs()).toEqual([]);
  });

  it('are all started by sealfarm after a boot once the old unit is disabled', async () => {
    await lab.succeed('apply', '--yes', '--disable-foreign-units');
    await lab.reboot('plain');
    await lab.untilRunning('worker-plain');
    expect(await processes(lab, 'plain')).toMatch(/^\d+$/);
    const foreign = startersBut('worker-inner', 'worker-plain');
    expect(await plan()).toMatchObject({ steps: [], found: [], foreign });
  });

  it('are restarted where that is asked for: no old unit brings one back, and what a loop keeps is left to it', async () => {
    const [, , , closed] = before.processes;
    expect((await plan('--restart-to-adopt', '--target', 'process', 'closed')).found).toEqual(['SF556']);
    await lab.succeed('apply', '--yes', '--restart-to-adopt', '--target', 'closed', 'sudo');
    expect((await plan()).foreign).toEqual(
      startersBut('worker-inner', 'worker-plain', 'worker-closed', 'worker-sudo'),
    );
    expect(await processes(lab, 'closed')).toMatch(/^\d+$/);
    expect(await processes(lab, 'closed')).not.toBe(closed);
    expect(await lab.sh('closed', 'systemctl is-active seal.service || :')).toBe('inactive');
    expect(await lab.failedJobs()).toEqual([]);
  });
});

describe('a host that is imported', () => {
  it('is found by the names of ssh_config, and its workers are not read by a user who may not look', async () => {
    const file = `file:${join(lab.folder, 'sandbox', 'miner', 'token')}`;
    const closed = await lab.sealfarm('import', '--ssh-config-hosts', 'su*', '--miner-token', file);
    expect([closed.code, closed.stdout]).toEqual([1, '']);
    expect(closed.stderr).toMatch(/sealer may not read its\s+environment/);
  });

  it('may have things that are broken: they are told, and nothing is changed', async () => {
    await lab.sh(
      'process',
      `echo '{"ID":' >/mnt/seal/sectorstore.json; mv /mnt/second /mnt/away; chmod 644 ${REPO}/token;
mkdir -p /home/sealer/.lotusworker; echo '{' >/home/sealer/.lotusworker/storage.json`,
    );
    // One has the repo of another, one was told what no known Lotus takes.
    const fake = 'cd /tmp; printf "#!/bin/sh\\nsleep 600\\n" >lotus-worker; chmod +x lotus-worker';
    const more = [`--worker-repo ${REPO} run`, '--worker-repo /root/newer run --of-a-newer-lotus'];
    for (const flags of more)
      await lab.sh('process', `${fake}; setsid ./lotus-worker ${flags} >/dev/null 2>&1 &`);
    const files = await listing('process');
    const { code, stdout, stderr } = await lab.sealfarm('import', '10.79.0.16', '--sector-size', '32GiB');
    expect(code, stderr).toBe(0);
    expect(await listing('process')).toBe(files);
    expect([...new Set(stderr.match(/SF\d+/g))].toSorted()).toEqual([
      'SF526',
      'SF660',
      'SF662',
      'SF663',
      'SF668',
    ]);
    const said = stdout.replaceAll(/\s+#?\s*/g, ' ');
    expect(said).toContain('/mnt/seal left out: its sectorstore.json cannot be read');
    expect(said).toContain('/mnt/second left out: it is not there');
    expect(said).toMatch(/left out: process \d+ holds its repo/);
    expect(said).toContain('left out: flag provided but not defined: -of-a-newer-lotus');
    expect(said).toContain('/home/sealer/.lotusworker is the repo of a worker that does not run');
    expect(stdout + stderr).not.toContain(await lab.minerToken());
  });
});
