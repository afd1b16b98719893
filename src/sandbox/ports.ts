import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { HostLayout, SandboxPorts } from './layout.js';

/** Below the range from which systems take ports for outgoing connections. */
const FIRST = 20_000;
const LAST = 32_000;

/**
 * How far the ports of two sandboxes are apart. A worker's port is listened on only while it runs, but the SSH port as
 * long as its sandbox is up: whoever listens there has the whole block.
 */
const BLOCK = 4;

/** Milliseconds in which a process that was killed lets go of its ports, after it is seen no more. */
const LETS_GO = 2000;

/** Ports that are free on every address that needs them, of a block that no sandbox has; `wanted` where all get free. */
export async function choosePorts(
  hosts: readonly HostLayout[],
  minerAddress: string,
  wanted?: SandboxPorts,
): Promise<SandboxPorts> {
  const end = performance.now() + LETS_GO;
  while (wanted !== undefined && performance.now() < end) {
    if (await areFree(wanted, hosts, minerAddress)) return wanted;
    await delay(50);
  }
  for (;;) {
    const ports = randomBlock();
    if (await areFree(ports, hosts, minerAddress)) return ports;
  }
}

function randomBlock(): SandboxPorts {
  const first = FIRST + BLOCK * Math.floor((Math.random() * (LAST - FIRST)) / BLOCK);
  return { ssh: first, miner: first + 1, worker: first + 2 };
}

async function areFree(
  { ssh, miner, worker }: SandboxPorts,
  hosts: readonly HostLayout[],
  minerAddress: string,
): Promise<boolean> {
  const needed = hosts.flatMap(({ address }) => [canListen(address, ssh), canListen(address, worker)]);
  return (await Promise.all([...needed, canListen(minerAddress, miner)])).every(Boolean);
}

/** @param port 0 for any */
export function canListen(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, address, () =>
      server.close(() => {
        resolve(true);
      }),
    );
  });
}
