import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_KINDS, SYSTEMD_KINDS, type LabHostName } from './lab/farm-file.js';
import { Lab } from './lab/lab.js';
import { eventually } from '../support/cli.js';

describe('a farm with hosts of all kinds', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.up();
  });
  afterAll(async () => {
    await lab.down();
  });

  it('is brought up by one apply, with the token on no command line meanwhile', async () => {
    const planned = await lab.sealfarm('plan', '--detailed-exitcode');
    expect(planned.code, planned.stderr).toBe(2);
    expect(planned.stdout).toContain('6 to start');

    const started = await lab.startedPrograms(['sudo', 'closed', 'process'], async () => {
      await lab.succeed('apply', '--yes');
      await lab.expectEmptyPlan();
    });
    expect((await lab.workers()).map(({ state }) => state)).toEqual(ALL_KINDS.map(() => 'running'));

    const token = await lab.minerToken();
    for (const programs of started) {
      expect(programs).toContain('worker-main.js run');
      expect(programs).toContain('sh -s');
      expect(programs).not.toContain(token);
    }
  });

  /** What systemd says of the unit of a host's worker. */
  async function shown(
    host: LabHostName,
    ...properties: readonly string[]
  ): Promise<Readonly<Record<string, string>>> {
    const unit = `sealfarm-worker@worker-${host}.service`;
    const text = await lab.at(host, 'systemctl', 'show', '-p', properties.join(','), unit);
    return Object.fromEntries(
      text.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
    );
  }

  /** The whole log of a host's worker, as the operator sees it. */
  const logOf = (host: LabHostName): Promise<string> =>
    lab.succeed('logs', `worker-${host}`, '--lines', 'all');

  describe('under systemd', () => {
    const unit = 'sealfarm-worker@worker-plain.service';

    /** Where the kernel has it, in cgroups of either version. */
    async function memoryLimitFile(pid: string): Promise<string> {
      const [, , v1] = /^(\d+):memory:(.*)$/m.exec(await lab.at('plain', 'cat', `/proc/${pid}/cgroup`)) ?? [];
      if (v1 !== undefined) return `/sys/fs/cgroup/memory${v1}/memory.limit_in_bytes`;
      const [, v2 = ''] = /^0::(.*)$/m.exec(await lab.at('plain', 'cat', `/proc/${pid}/cgroup`)) ?? [];
      return `/sys/fs/cgroup${v2}/memory.max`;
    }

    /** The hard limit of open files, by what /proc says of a process. */
    const filesOf = (limits: string): number => Number(/^Max open files +\S+ +(\d+)/m.exec(limits)?.[1]);

    it('has units that systemd finds no fault with', async () => {
      for (const host of SYSTEMD_KINDS) {
        // Its status is 0 whatever it finds.
        const verify = `systemd-analyze verify sealfarm-worker@worker-${host}.service 2>&1`;
        expect(await lab.sh(host, verify)).toBe('');
        expect(await lab.at(host, 'systemctl', 'is-enabled', `sealfarm-worker@worker-${host}`)).toBe(
          'enabled',
        );
      }
    });

    it('runs a worker with its CPUs, memory, files and signal', async () => {
      const { MainPID, ...unitSays } = await shown(
        'plain', 'MainPID', 'CPUAffinity', 'LimitNOFILE', 'MemoryMax', 'KillSignal', 'Restart', 'User', 'NeedDaemonReload',
      ); // prettier-ignore
      expect(unitSays).toEqual({
        CPUAffinity: '0',
        LimitNOFILE: '1048576',
        MemoryMax: String(128 * 2 ** 30),
        KillSignal: '2',
        Restart: 'always',
        User: 'root',
        NeedDaemonReload: 'no',
      });
      expect(await lab.at('plain', 'cat', `/proc/${MainPID}/comm`)).toBe('lotus-worker');
      expect(await lab.at('plain', 'cat', `/proc/${MainPID}/status`)).toMatch(/^Cpus_allowed_list:\t0$/m);
      // systemd goes as near to it as this machine lets it.
      const most = Math.min(1_048_576, filesOf(await readFile('/proc/self/limits', 'utf8')));
      expect(filesOf(await lab.at('plain', 'cat', `/proc/${MainPID}/limits`))).toBe(most);
      expect(await lab.at('plain', 'cat', await memoryLimitFile(MainPID ?? ''))).toBe(unitSays['MemoryMax']);
    });

    it('gives a worker the variables of its file', async () => {
      const { MainPID } = await shown('plain', 'MainPID');
      const written = await lab.at('plain', 'cat', '/etc/sealfarm/workers/worker-plain/worker.env');
      const variables = written.split('\n').filter((line) => /^[A-Z]/.test(line));
      expect(variables.join('\n')).toContain('PC1_32G_MAX_CONCURRENT=1');
      const environ = (await lab.sh('plain', `tr '\\0' '\\n' </proc/${MainPID}/environ`)).split('\n');
      const absent = variables
        .map((line) => line.replaceAll('"', ''))
        .filter((line) => !environ.includes(line));
      // Whose values hold the token are told by their names alone.
      expect(absent.map((line) => line.replace(/=.*/, ''))).toEqual([]);
    });

    it('keeps the token in one file that root alone can read', async () => {
      const token = await lab.minerToken();
      const file = '/etc/sealfarm/workers/worker-plain/worker.env';
      expect(await lab.at('plain', 'stat', '-c', '%a %U', file)).toBe('600 root');
      expect((await shown('plain', 'EnvironmentFiles'))['EnvironmentFiles']).toContain(file);
      // The worker's own token is in its repo; here it happens to be the same.
      expect(await lab.sh('plain', `grep -rls --exclude=token ${token} /etc /run /tmp /var`)).toBe(file);
      expect(await lab.at('plain', 'systemctl', 'show', unit)).not.toContain(token);
      expect(await lab.at('plain', 'journalctl', '--no-pager')).not.toContain(token);
    });

    it('ends a worker by SIGINT', async () => {
      await lab.at('plain', 'systemctl', 'restart', unit);
      expect(await lab.at('plain', 'journalctl', '-o', 'cat', '-u', unit)).toContain(
        'Graceful shutdown successful',
      );
      await lab.untilRunning('worker-plain');
    });
  });

  it('without systemd keeps a worker to its CPUs, with no coreutils at hand', async () => {
    expect(await lab.at('process', 'readlink', '-f', '/bin/sh')).toBe('/usr/bin/busybox');
    const pid = await lab.sh('process', 'cut -d " " -f 1 /var/lib/sealfarm/run/worker-process.pid');
    expect(await lab.at('process', 'cat', `/proc/${pid}/status`)).toMatch(/^Cpus_allowed_list:\t0$/m);
  });

  it('asks Lotus through programs on the host that forwards nothing, and doctor says so', async () => {
    const { diagnostics } = JSON.parse((await lab.sealfarm('doctor', '--json')).stdout) as {
      diagnostics: readonly { code: string; place?: { host?: string } }[];
    };
    const gone = diagnostics.filter(({ code }) => code === 'SF417').map(({ place }) => place?.host);
    expect(gone).toEqual(['closed']);
  });

  it('follows the log of a worker that is restarted, and leaves nothing on the host', async () => {
    const unit = 'sealfarm-worker@worker-plain.service';
    const readers = () => lab.sh('plain', 'pgrep -fc "[j]ournalctl .*--follow" || :');
    const since = await lab.at('plain', 'date', '-u', '+%Y-%m-%dT%H:%M:%SZ');
    const file = join(lab.folder, 'followed.log');
    const seen = (): Promise<string> => readFile(file, 'utf8').catch(() => '');
    const following = lab.until(
      'Graceful shutdown successful',
      file,
      'logs',
      'worker-plain',
      '-f',
      '-n',
      '1',
    );
    // A reader that only just started may not yet stand where it reads on from; one that has shown the last line does.
    await eventually('it is read', async () => (await seen()) !== '');
    expect(await readers()).toBe('1');
    await lab.at('plain', 'systemctl', 'restart', unit);
    await eventually('it is shown', async () => (await seen()).includes('Graceful shutdown successful'));
    // One that is ended before it has said a word is not in its log.
    await lab.untilRunning('worker-plain');
    // That nobody reads any more is noticed by the next line.
    await lab.at('plain', 'systemctl', 'restart', unit);
    const said = await following;
    expect(said.match(/Graceful shutdown successful/g)).toHaveLength(1);
    expect(said).not.toContain('Starting lotus worker');
    await lab.untilRunning('worker-plain');
    await eventually('nobody reads', async () => (await readers()) === '0');

    const lately = await lab.succeed('logs', 'worker-plain', '--since', since, '--lines', 'all');
    expect(lately).toContain('Graceful shutdown successful');
    expect(lately.match(/Starting lotus worker/g)).toHaveLength(2);
    expect((await logOf('plain')).match(/Starting lotus worker/g)?.length).toBeGreaterThan(1);
  });

  it('shows logs that root alone may read, by sudo', async () => {
    expect(await lab.sh('sudo', 'id -nG sealer')).not.toContain('systemd-journal');
    expect(await logOf('sudo')).toContain(await lastLogLine('sudo'));
  });

  /** As root reads it in the journal of the host itself. */
  async function lastLogLine(host: LabHostName): Promise<string> {
    const unit = `_SYSTEMD_UNIT=sealfarm-worker@worker-${host}.service`;
    const line = await lab.at(host, 'journalctl', '--quiet', '-o', 'cat', '-n', '1', unit);
    expect(line).not.toBe('');
    return line;
  }

  it('is restarted worker by worker for a change that needs it, one by another service manager', async () => {
    const before = await lab.startTimes();
    await lab.edit((text) =>
      text
        .replace("cpus: '0'", "cpus: '1'")
        .replace('PC1: 2', 'PC1: 3')
        .replace('ssh: { user: root }\n', 'ssh: { user: root }\n    serviceManager: process\n'),
    );
    expect((await lab.sealfarm('plan')).stdout).toContain('6 restarts');
    // Until it is moved, its log is still in the journal.
    expect(await logOf('plain')).toContain('Graceful shutdown successful');
    await lab.succeed('apply', '--yes', '--allow-large');
    await lab.expectEmptyPlan();
    const after = await lab.startTimes();
    for (const host of ALL_KINDS) expect(after[host], host).not.toBe(before[host]);

    const pid = await lab.sh('plain', 'cut -d " " -f 1 /var/lib/sealfarm/run/worker-plain.pid');
    expect(await lab.at('plain', 'pgrep', '-x', 'lotus-worker')).toBe(pid);
    expect(await shown('plain', 'ActiveState', 'MainPID')).toEqual({ ActiveState: 'inactive', MainPID: '0' });
    expect(await lab.sh('plain', "find /etc/systemd/system -name '*worker-plain*'")).toBe('');
    expect(await logOf('plain')).not.toContain('Graceful shutdown successful');
  });

  it('is drained and resumed', async () => {
    await lab.succeed('drain', '--allow-last', ...ALL_KINDS);
    expect((await lab.workers()).map(({ state }) => state)).toEqual(ALL_KINDS.map(() => 'drained'));
    for (const host of ALL_KINDS) expect(await lab.sh(host, 'pgrep -x lotus-worker || :'), host).toBe('');
    await lab.expectEmptyPlan('No changes. The farm matches the file, but for what is drained.');

    // While nobody works with it, what is root's can be given to another user, and a worker to another manager.
    await lab.sh('closed', 'chown -R sealer: /mnt/seal /var/lib/sealfarm/*/worker-closed');
    await lab.edit((text) =>
      text
        .replace('    serviceManager: process\n', '')
        .replace(
          'worker-closed:\n',
          'worker-closed:\n        user: sealer\n        numaNodes: [0]\n        memory: 256GiB\n',
        ),
    );
    await lab.succeed('resume', ...ALL_KINDS);
    await lab.expectEmptyPlan();
    expect((await lab.workers()).map(({ state }) => state)).toEqual(ALL_KINDS.map(() => 'running'));
  });

  it('runs a worker as its user, with its memory nodes and memory', async () => {
    const { MainPID, ...unitSays } = await shown(
      'closed', 'MainPID', 'User', 'NUMAPolicy', 'NUMAMask', 'AllowedMemoryNodes', 'MemoryMax',
    ); // prettier-ignore
    expect(unitSays).toEqual({
      User: 'sealer',
      NUMAPolicy: 'bind',
      NUMAMask: '0',
      AllowedMemoryNodes: '0',
      MemoryMax: String(256 * 2 ** 30),
    });
    expect(await lab.at('closed', 'stat', '-c', '%U', `/proc/${MainPID}`)).toBe('sealer');
    expect(await lab.at('closed', 'cat', `/proc/${MainPID}/comm`)).toBe('lotus-worker');
  });

  it('has a worker back under systemd that was a plain process', async () => {
    const { MainPID, ActiveState } = await shown('plain', 'MainPID', 'ActiveState');
    expect(ActiveState).toBe('active');
    expect(await lab.at('plain', 'pgrep', '-x', 'lotus-worker')).toBe(MainPID);
    expect(await lab.sh('plain', 'ls /var/lib/sealfarm/run')).toBe('');
  });
});
