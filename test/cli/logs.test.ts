import { expect, it } from 'vitest';
import { logs } from '../../src/cli/commands/logs.js';
import { commandScene } from '../support/command.js';

const WORKERS = Array.from(
  { length: 9 },
  (_, n) =>
    `      w${n}: { listen: "10.0.0.1:${3456 + n}", repo: /r${n}, tasks: [precommit1], storage: [{ path: /s${n}, seal: true }] }\n`,
).join('');

const scene = commandScene(`version: 1
farm: f
sectorSize: 32GiB
miner: { api: /ip4/10.0.0.9/tcp/2345/http, token: { env: T } }
hosts:
  h:
    address: 10.0.0.1
    workers:
${WORKERS}`);

it('follows no more workers of a host than it can at a time', async () => {
  expect(await logs(['h'], { config: scene.config, color: false, follow: true })).toBe(64);
  expect(scene.err.join('')).toContain('SF615: at most 8 workers of one host can be followed');
  expect(scene.out).toEqual([]);
});
