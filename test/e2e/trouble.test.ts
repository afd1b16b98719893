import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import type { LabHostName } from './lab/farm-file.js';
import { Lab } from './lab/lab.js';

interface Said {
  readonly diagnostics: readonly {
    readonly code: string;
    readonly help?: string;
    readonly place?: { readonly host?: string };
  }[];
}

/** So many that every worker has one to begin with. */
const SECTORS = 8;

/** Milliseconds, in which a command that is at work can be killed. */
const LONG_PC1 = 6000;

describe('a host in trouble leaves the others alone', () => {
  let lab: Lab;
  /** What takes the trouble away again. */
  let mend: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    lab = await Lab.up();
    await lab.succeed('apply', '--yes');
  });
  afterEach(async () => {
    for (const one of mend) await one();
    mend = [];
  });
  afterAll(async () => {
    await lab.down();
  });

  /** A line of shell that makes trouble on a host, and one that takes it away. */
  async function trouble(host: string, line: string, remedy: string): Promise<void> {
    mend.push(() => lab.sh(host, remedy));
    await lab.sh(host, line);
  }

  /** Another value of a variable in the environment of these hosts' workers, which have to be restarted for it. */
  const change = (value: string, ...hosts: readonly LabHostName[]): Promise<void> =>
    lab.edit((text) =>
      hosts.reduce(
        (changed, host) =>
          changed.replace(
            new RegExp(`(worker-${host}:\n(?: {8}.*\n)* {8}env: { RUST_LOG: )\\w+`),
            `$1${value}`,
          ),
        text,
      ),
    );

  /** Each host's environment file, as text. */
  const envFiles = (...hosts: readonly LabHostName[]): Promise<readonly string[]> =>
    Promise.all(hosts.map((host) => lab.at(host, 'cat', `/etc/sealfarm/workers/worker-${host}/worker.env`)));

  const hasValue = async (host: LabHostName, value: string): Promise<boolean> =>
    (await envFiles(host)).join().includes(`RUST_LOG=${value}`);

  async function converges(): Promise<void> {
    for (const one of mend) await one();
    mend = [];
    await lab.succeed('apply', '--yes', '--allow-large');
    await lab.expectEmptyPlan();
  }

  /** A write of plain's environment stands still when its temporary file is whole and not yet in place; that of the lock does not. */
  function holdWrites(): Promise<void> {
    const hold = 'touch /run/writing; while [ -e /run/hold ]; do sleep 0.1; done';
    const sync = `#!/bin/sh\\ncase "$*" in *worker.env*) ${hold} ;; esac\\nexec /usr/bin/sync "$@"\\n`;
    return trouble(
      'plain',
      `touch /run/hold; printf '${sync}' >/usr/local/sbin/sync; chmod 755 /usr/local/sbin/sync`,
      'rm -f /run/hold /run/writing /usr/local/sbin/sync',
    );
  }

  const untilWriting = (): Promise<void> =>
    eventually('a file is being written', async () => (await lab.sh('plain', 'ls /run')).includes('writing'));

  const filesOnPlain = (): Promise<string> => lab.sh('plain', 'ls -A /etc/sealfarm/workers/worker-plain');

  /** Whether the simulated miner has noted this of a PC1 on plain. */
  async function notedOfPC1(event: string): Promise<boolean> {
    const log = await readFile(join(lab.folder, 'sandbox', 'miner', 'events.jsonl'), 'utf8');
    const words = [event, 'worker-plain', 'PC1'].map((word) => `"${word}"`);
    return log.split('\n').some((line) => words.every((word) => line.includes(word)));
  }

  it('where it cannot be reached, each for a reason of its own', async () => {
    await trouble(
      'plain',
      'mv /root/.ssh/authorized_keys /root/.ssh/away',
      'mv /root/.ssh/away /root/.ssh/authorized_keys',
    );
    await trouble('sudo', 'mv /etc/sudoers.d/sealfarm /root/away', 'mv /root/away /etc/sudoers.d/sealfarm');
    await trouble(
      'closed',
      'cd /etc/ssh; cp -a ssh_host_ed25519_key ../kept; rm ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N "" -f ssh_host_ed25519_key; systemctl restart ssh',
      'mv /etc/kept /etc/ssh/ssh_host_ed25519_key; systemctl restart ssh',
    );
    await trouble('inner', 'systemctl stop ssh', 'systemctl start ssh');
    await lab.edit((text) => text.replace('address: slow', 'address: nowhere.invalid'));
    mend.push(() => lab.edit((text) => text.replace('address: nowhere.invalid', 'address: slow')));
    await change('one', 'process', 'closed');

    const planned = await lab.sealfarm('plan', '--json');
    expect(planned.code).toBe(3);
    const { diagnostics } = JSON.parse(planned.stdout) as Said;
    const codes = diagnostics.flatMap(({ code, place }) =>
      place?.host === undefined ? [] : [`${place.host} ${code}`],
    );
    expect(codes).toEqual(['plain SF403', 'inner SF404', 'sudo SF416', 'closed SF402', 'slow SF404']);
    expect(diagnostics.find(({ code }) => code === 'SF416')?.help).toContain(
      'sealer ALL=(root) NOPASSWD: /bin/sh -s, /usr/bin/sh -s',
    );

    const applied = await lab.sealfarm('apply', '--yes');
    expect(applied.code, applied.stdout).toBe(3);
    expect(await hasValue('process', 'one')).toBe(true);
    await converges();
    expect(await hasValue('closed', 'one')).toBe(true);
  });

  it('where its files cannot be written, as the disk is full or read-only', async () => {
    const before = await envFiles('plain', 'sudo', 'closed');
    await trouble(
      'plain',
      `cp -a /etc/sealfarm /root/copy; mount -t tmpfs -o size=64k full /etc/sealfarm; cp -a /root/copy/. /etc/sealfarm
       cat /dev/zero >/etc/sealfarm/filler 2>/dev/null || :`,
      'umount /etc/sealfarm; rm -r /root/copy',
    );
    await trouble('sudo', 'mount --bind -o ro /etc/sealfarm /etc/sealfarm', 'umount /etc/sealfarm');
    await trouble(
      'closed',
      'mount --bind -o ro /var/lib/sealfarm /var/lib/sealfarm',
      'umount /var/lib/sealfarm',
    );
    await change('two', 'plain', 'sudo', 'closed', 'process');

    const applied = await lab.sealfarm('apply', '--yes', '--allow-large');
    expect(applied.code).toBe(1);
    expect(applied.stdout).toMatch(/SF602 .*worker\.env on plain: .*No space left on device/);
    expect(applied.stdout).toMatch(/SF602 .*worker\.env on sudo: .*Read-only file system/);
    expect(applied.stderr).toMatch(/SF602: .*lock of closed: .*Read-only\s+file\s+system/s);
    expect(await envFiles('plain', 'sudo', 'closed')).toEqual(before);
    for (const host of ['plain', 'sudo', 'closed']) {
      expect(await lab.sh(host, `ls -A /etc/sealfarm/workers/worker-${host}`)).toBe('worker.env');
    }
    expect(await hasValue('process', 'two')).toBe(true);
    await converges();
  });

  it('where the connection is cut in the midst of a script', async () => {
    const before = await envFiles('plain');
    await holdWrites();
    await change('five', 'plain', 'inner');
    const applying = lab.sealfarm('apply', '--yes');
    await untilWriting();
    await lab.at('plain', 'pkill', '-KILL', '-f', 'sshd: root@notty');
    const applied = await applying;
    expect(applied.code).toBe(1);
    expect(applied.stdout).toContain('SF405');
    expect(await envFiles('plain')).toEqual(before);
    expect(await hasValue('inner', 'five')).toBe(true);
    await converges();
    expect(await filesOnPlain()).toBe('worker.env');
  });

  it('where sealfarm itself is killed in the midst of a write', async () => {
    const before = await envFiles('plain');
    const { plain: started } = await lab.startTimes();
    await holdWrites();
    await change('six', 'plain');
    const applying = lab.sealfarm('apply', '--yes');
    await untilWriting();
    await lab.submit(0, SECTORS, LONG_PC1);
    await eventually('a job there', () => notedOfPC1('job-started'));
    const holder = JSON.parse(await lab.at('plain', 'cat', '/var/lib/sealfarm/lock')) as { pid: number };
    await lab.kill(holder.pid);
    expect((await applying).code).not.toBe(0);

    const refused = await lab.sealfarm('apply', '--yes');
    expect([refused.code, refused.stderr.replaceAll(/\s+/g, ' ')]).toEqual([
      1,
      expect.stringMatching(
        /SF609: plain is locked by .* process of this machine has ended, .*: sealfarm unlock plain/,
      ),
    ]);
    expect(await filesOnPlain()).toContain('.worker.env.sealfarm-tmp');
    expect(await lab.succeed('unlock', 'plain')).toContain('It was stale: its process has ended.');
    expect(await filesOnPlain()).toBe('worker.env');
    expect(await envFiles('plain')).toEqual(before);
    await eventually('its job is done', () => notedOfPC1('job-done'));
    expect((await lab.startTimes()).plain).toBe(started);

    // The script of the dead one goes on by itself, and finds what it wrote gone.
    await lab.sh('plain', 'rm /run/hold');
    await eventually('it has ended', async () => (await lab.sh('plain', 'pgrep -x sync || :')) === '');
    await converges();
    expect(await hasValue('plain', 'six')).toBe(true);
    expect(await filesOnPlain()).toBe('worker.env');
    await eventually('all sectors proving', async () => {
      const states = await lab.sectorStates();
      return states.length === SECTORS && states.every((state) => state === 'Proving');
    });
    expect(await lab.failedJobs()).toEqual([]);
  });
});
