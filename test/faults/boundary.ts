import { spawnSync } from 'node:child_process';

/** All that can go wrong at a boundary. `before`: nothing of it is done; `after`: all of it is, and nobody learns of it. */
export const FAULTS = [
  'kill before',
  'kill after',
  'cut before',
  'cut after',
  'hang before',
  'hang after',
  'worker dies',
  'reboot',
  'disk full',
  'read-only',
  'garbage',
] as const;

export type Fault = (typeof FAULTS)[number];

/** Whether a fault costs work by itself: what fails after it on other workers, too, is none of sealfarm's doing. */
export function endsWorkers(fault: Fault): boolean {
  return fault === 'worker dies' || fault === 'reboot';
}

/** A place where sealfarm's work can be cut off: a script, a command within one, or a call to Lotus. */
export type BoundaryKind = 'script' | 'command' | 'call';

/** `script write`, `command mv worker.env`, `call worker.TaskDisable`. Numbers in names are `#`, and `…` is anything. */
export type Label = `${BoundaryKind} ${string}`;

/** One fault at one boundary. */
export interface Cell {
  readonly label: Label;
  readonly fault: Fault;
  /** How often the boundary is passed before. */
  readonly skip: number;
}

export function kindOf(label: Label): BoundaryKind {
  return label.slice(0, label.indexOf(' ')) as BoundaryKind;
}

export function labelled(kind: BoundaryKind, name: string): Label {
  // The name of a kept version has the whole path in it, and that of the sandbox is drawn.
  return `${kind} ${name.replace(/_tmp_.*_/, '_…_').replaceAll(/\d+/g, '#')}`;
}

/** A folder is made read-only for one script alone by a mount that no other process sees, which takes root. */
const MOUNTS = spawnSync('unshare', ['-m', 'true']).status === 0;

/** Why a fault cannot be at a kind of boundary; undefined where it can. */
export function impossible(kind: BoundaryKind, fault: Fault): string | undefined {
  if (fault === 'read-only' && !MOUNTS) return 'nothing can be mounted here';
  if (kind === 'call' && (fault === 'disk full' || fault === 'read-only'))
    return 'a call writes nothing on the host by itself';
  if (kind !== 'command') return undefined;
  if (fault.endsWith('after')) return 'it is the same as before the next command, or after the script';
  if (fault === 'reboot') return 'the script is cut off there as by a lost connection, which is another cell';
  return fault === 'hang before' || fault === 'garbage' || fault === 'read-only' || fault === 'worker dies'
    ? 'it is one of the whole script'
    : undefined;
}
