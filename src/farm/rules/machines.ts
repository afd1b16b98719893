import { finding, type Finding } from '../../config/finding.js';
import { quote } from '../../config/wording.js';
import type { Farm, Host } from '../farm.js';
import { repeated } from './rule.js';

/** Two names of one machine share manifest, lock and journal: each apply would undo the other's. */
export function* machinesHaveOneName(farm: Farm): Generator<Finding> {
  for (const { again, first } of repeated(farm.hosts, machineOf)) {
    yield finding('SF240', [...again.yaml, 'address'], sameMachine(first, again), {
      help: 'Put all workers of a machine under one host. In a range such as pc1-[01-24] the address needs its number: {n}.',
    });
  }
}

function machineOf({ address, ssh }: Host): string {
  return ssh.transport === 'local' ? 'local' : `${address.toLowerCase()} ${ssh.port ?? 22} ${ssh.jump ?? ''}`;
}

function sameMachine(first: Host, again: Host): string {
  return again.ssh.transport === 'local'
    ? `the host ${quote(first.name)} is this machine as well: both have \`transport: local\``
    : `the host ${quote(first.name)} has the address ${quote(again.address)} and the SSH port ${again.ssh.port ?? 22} as well`;
}
