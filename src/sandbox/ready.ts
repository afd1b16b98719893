import { connect } from 'node:net';
import { softwareOf } from './hosts/ssh-host.js';
import type { HostLayout, SandboxProcess } from './layout.js';
import { layout } from './layout.js';
import { minerClient } from './miner-client.js';
import type { ProcessId } from './processes.js';
import { isAlive, lastLines, waitFor } from './processes.js';

/** How long the programs of a sandbox have to come up, in milliseconds. */
const DEADLINE = 30_000;

/** Undefined once everything answers, else what does not. */
export async function waitUntilReady(
  dir: string,
  hosts: readonly HostLayout[],
  sshPort: number,
  started: Partial<Record<SandboxProcess, ProcessId>>,
): Promise<string | undefined> {
  const { log } = layout(dir);
  for (const name of ['hosts', 'miner'] as const) {
    const id = started[name];
    if (id === undefined) return `the ${name} process could not be started`;
    const ready = name === 'miner' ? () => minerAnswers(dir) : () => hostsAnswer(hosts, sshPort, id);
    await waitFor(async () => (await ready()) || !isAlive(id), DEADLINE);
    if (!(await ready()))
      return `the ${name} process does not answer\n${lastLines(log, `${name}.log`)}`.trimEnd();
  }
  return undefined;
}

async function minerAnswers(dir: string): Promise<boolean> {
  const client = minerClient(dir);
  return client === undefined
    ? false
    : client.call('Filecoin.Version').then(
        () => true,
        () => false,
      );
}

async function hostsAnswer(hosts: readonly HostLayout[], port: number, { pid }: ProcessId): Promise<boolean> {
  for (const host of hosts) {
    if (!(await greets(host.address, port, pid))) return false;
  }
  return true;
}

/** Whether it is this process that answers there, and not another sandbox's. */
function greets(address: string, port: number, pid: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(2000, () => {
      end(false);
    });
    socket.once('error', () => {
      end(false);
    });
    socket.once('data', (data) => {
      end(data.toString('latin1').startsWith(`SSH-2.0-${softwareOf(pid)}\r\n`));
    });
  });
}
