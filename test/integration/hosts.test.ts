import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { SandboxFarm } from '../support/sandbox-farm.js';

let farm: SandboxFarm | undefined;

afterEach(async () => {
  await farm?.down();
  farm = undefined;
});

const ID = '2546c5be-10f0-aa96-906b-24434a6c94a0';

it('keeps the ID and the unknown fields of a path that has a sectorstore.json', async () => {
  farm = await SandboxFarm.up(1);
  const file = farm.host('host-1', 'seal', 'sectorstore.json');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(
    file,
    `{ "ID": "${ID}", "Weight": 7,\n  "CanSeal": false, "Future": { "Exact": 12345678901234567890 } }`,
  );
  expect((await farm.run(['apply', '--yes'])).code).toBe(0);
  const text = await readFile(file, 'utf8');
  expect(text).toContain('"Future": { "Exact": 12345678901234567890 }');
  expect(JSON.parse(text)).toMatchObject({
    ID,
    Weight: 10,
    CanSeal: true,
    AllowTo: ['example-seal-group-1'],
  });
  expect(await farm.eye.allowTo('host-1')).toEqual(['example-seal-group-1']);
});

it('refuses a host whose key is another one, says what to do, and plans the others', async () => {
  farm = await SandboxFarm.up(3);
  const file = join(farm.dir, 'ssh', 'known_hosts');
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  const keyOf = (line: string | undefined): string => line?.split(' ').slice(1).join(' ') ?? '';
  const swapped = lines.map((line) =>
    line.startsWith('[127.0.0.12]') ? `${line.split(' ')[0] ?? ''} ${keyOf(lines[0])}` : line,
  );
  await writeFile(file, `${swapped.join('\n')}\n`);
  const planned = await farm.run(['plan']);
  expect(planned.code).toBe(3);
  const said = planned.stdout + planned.stderr;
  expect(said).toContain('SF402');
  expect(said).toContain('ssh-keygen');
  expect(said).toMatch(/2 to start/);
  const applied = await farm.run(['apply', '--yes']);
  expect(applied.code).toBe(3);
  expect(await farm.eye.session('worker-1')).toBeDefined();
  expect(await farm.eye.session('worker-2')).toBeUndefined();
});

it('says that a host is down, and plans the others', async () => {
  farm = await SandboxFarm.up(3);
  await farm.edit((text) => text.replace('address: 127.0.0.13', 'address: 127.0.0.13\n    ssh: { port: 1 }'));
  const planned = await farm.run(['plan', '--json']);
  expect(planned.code).toBe(3);
  const { hosts, diagnostics } = JSON.parse(planned.stdout) as {
    hosts: { host: string; reached: boolean; steps: unknown[] }[];
    diagnostics: { code: string }[];
  };
  expect(hosts.map(({ host, reached }) => [host, reached])).toEqual([
    ['host-1', true],
    ['host-2', true],
    ['host-3', false],
  ]);
  expect(hosts[0]?.steps.length).toBeGreaterThan(0);
  expect(diagnostics.map(({ code }) => code)).toContain('SF404');
});

it('explains a worker that does not come up by its own log, and goes on when the cause is mended', async () => {
  farm = await SandboxFarm.up(1);
  const stray = farm.host('host-1', 'seal', 'sealed', 'backup.tar');
  await mkdir(dirname(stray), { recursive: true });
  await writeFile(farm.host('host-1', 'seal', 'sectorstore.json'), `{ "ID": "${ID}" }`);
  await writeFile(stray, '');
  const applied = await farm.run(['apply', '--yes']);
  expect(applied.code).toBe(1);
  expect(applied.stdout + applied.stderr).toContain('SF603');
  expect(applied.stdout + applied.stderr).toContain('backup.tar');
});

it('refuses to work on a host that somebody else has locked, until it is unlocked', async () => {
  farm = await SandboxFarm.up(1);
  await mkdir(farm.host('host-1', 'state', 'lock'), { recursive: true });
  await writeFile(farm.host('host-1', 'state', 'lock', 'holder'), 'alice@desk since noon: apply\n');
  const refused = await farm.run(['apply', '--yes']);
  expect(refused.code).toBe(1);
  expect(refused.stdout + refused.stderr).toContain('alice@desk since noon');
  expect(await farm.eye.session('worker-1')).toBeUndefined();
  expect((await farm.run(['unlock', 'host-1'])).code).toBe(1);
  expect((await farm.run(['unlock', 'host-1', '--force'])).code).toBe(0);
  expect((await farm.run(['apply', '--yes'])).code).toBe(0);
});
