import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { hostLayouts, type SandboxPorts } from '../../src/sandbox/layout.js';
import { canListen, choosePorts } from '../../src/sandbox/ports.js';

const HOSTS = hostLayouts('/nowhere', 2);
const MINER = '127.0.0.10';
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(address: string, port: number): Promise<void> {
  const server = createServer().listen(port, address);
  servers.push(server);
  await once(server, 'listening');
}

const all = ({ ssh, miner, worker }: SandboxPorts): readonly number[] => [ssh, miner, worker];

it('keeps the ports of before where all of them are free', async () => {
  const before = await choosePorts(HOSTS, MINER);
  expect(await choosePorts(HOSTS, MINER, before)).toEqual(before);
});

it('keeps them where a process that was killed lets go of one in a moment', async () => {
  const before = await choosePorts(HOSTS, MINER);
  await listen(MINER, before.miner);
  const chosen = choosePorts(HOSTS, MINER, before);
  // Its first look came before this one.
  expect(await canListen(MINER, before.miner)).toBe(false);
  for (const server of servers.splice(0)) server.close();
  expect(await chosen).toEqual(before);
});

it.each([
  ['the SSH port of a host', 'ssh', '127.0.0.11'],
  ['the SSH port of another host', 'ssh', '127.0.0.12'],
  ['a port for workers', 'worker', '127.0.0.12'],
  ["the miner's port", 'miner', MINER],
] as const)('takes others, each of them, where somebody has %s', async (_, kind, address) => {
  const before = await choosePorts(HOSTS, MINER);
  await listen(address, before[kind]);
  const chosen = await choosePorts(HOSTS, MINER, before);
  expect(all(chosen).filter((port) => all(before).includes(port))).toEqual([]);
});

it('gives no port of a sandbox that is up to another one, also those that nobody listens on yet', async () => {
  const taken = new Set<number>();
  for (let count = 0; count < 200; count++) {
    const ports = await choosePorts(HOSTS, MINER);
    await listen('127.0.0.11', ports.ssh);
    for (const port of all(ports)) {
      expect(taken.has(port)).toBe(false);
      expect(port).toBeLessThan(32_768);
      taken.add(port);
    }
  }
});
