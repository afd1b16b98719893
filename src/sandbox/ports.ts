import { createServer } from 'node:net';
import type { HostLayout, SandboxPorts } from './layout.js';

/** Below the range from which systems take ports for outgoing connections. */
const FIRST = 20_000;
const LAST = 32_000;

/** Ports that are free on every address that needs them; those of `wanted` that are free stay. */
export async function choosePorts(
  hosts: readonly HostLayout[],
  minerAddress: string,
  wanted?: SandboxPorts,
): Promise<SandboxPorts> {
  const addresses = hosts.map((host) => host.address);
  const ssh = await choosePort(addresses, wanted?.ssh, []);
  const worker = await choosePort(addresses, wanted?.worker, [ssh]);
  const miner = await choosePort([minerAddress], wanted?.miner, []);
  return { ssh, worker, miner };
}

async function choosePort(
  addresses: readonly string[],
  wanted: number | undefined,
  taken: readonly number[],
): Promise<number> {
  for (let port = wanted ?? randomPort(); ; port = randomPort()) {
    if (!taken.includes(port) && (await isFree(addresses, port))) return port;
  }
}

function randomPort(): number {
  return FIRST + Math.floor(Math.random() * (LAST - FIRST));
}

async function isFree(addresses: readonly string[], port: number): Promise<boolean> {
  const answers = await Promise.all(addresses.map((address) => canListen(address, port)));
  return answers.every(Boolean);
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
