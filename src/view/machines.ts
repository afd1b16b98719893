import type { GpuFacts, HostFacts, RoomFacts } from '../observed/facts.js';
import { formatBytes } from './bytes.js';
import type { Style } from './style.js';
import { displayWidth, padEnd, printable, wrap } from './text.js';
import { count, foldNames, someOf } from './words.js';

/** A host and what its machine has. */
export interface Machine {
  readonly host: string;
  readonly facts?: HostFacts;
}

/** A column of names that is wider leaves no room for what they have. */
const WIDEST_NAME = 24;
const FEW_NAMES = 6;
const FEW_MOUNTS = 3;

/**
 * What the machines have, one line each: `host-1  64 cores in 8 L3 groups · 512 GiB RAM, no swap · …`. Machines that
 * have the same stand in one line, with the room of their disks together.
 */
export function machineLines(machines: readonly Machine[], style: Style, width: number): readonly string[] {
  const alike = new Map<string, { readonly host: string; readonly facts: HostFacts }[]>();
  for (const { host, facts } of machines) {
    if (facts === undefined) continue;
    const key = fixedWords(facts).join(' ');
    alike.set(key, [...(alike.get(key) ?? []), { host, facts }]);
  }
  const rows = [...alike.values()].map((group) => ({
    name: printable(someOf(foldNames(group.map(({ host }) => host)), FEW_NAMES)),
    words: groupWords(group.map(({ facts }) => facts)),
  }));
  const column = Math.min(WIDEST_NAME, Math.max(0, ...rows.map(({ name }) => displayWidth(name))));
  return rows.flatMap(({ name, words }) => row(name, words, column, style, width));
}

function row(name: string, words: readonly string[], column: number, style: Style, width: number): string[] {
  const hanging = ' '.repeat(column + 4);
  // No line ends in the midst of `512 GiB RAM`, if it can be helped.
  const text = words.map((word) => word.replaceAll(' ', '\u00a0')).join(' · ');
  const lines = wrap(`${hanging}${printable(text)}`, width, hanging).map((line) =>
    line.replaceAll('\u00a0', ' '),
  );
  const [first = '', ...others] = lines;
  if (displayWidth(name) > column) return [`  ${style.bold(name)}`, ...lines];
  return [`  ${style.bold(padEnd(name, column))}  ${first.slice(hanging.length)}`, ...others];
}

function groupWords(group: readonly HostFacts[]): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  const rooms = group.flatMap(roomsOf);
  const disks = group.length === 1 ? rooms.map(roomWords) : [allRooms(rooms)];
  const shown = disks.length > FEW_MOUNTS + 1 ? [...disks.slice(0, FEW_MOUNTS), allRooms(rooms)] : disks;
  return [...fixedWords(first), ...shown.filter((word) => word !== ''), ...versions(group)];
}

/** What stays as it is while a farm works. */
function fixedWords({ hardware, cores, numa, hugepages, gpus }: HostFacts): readonly string[] {
  const { cpus, memory, swap, l3Groups } = hardware;
  const parts = [
    ...(l3Groups === undefined ? [] : [count(l3Groups, 'L3 group')]),
    ...(numa.length > 1 ? [count(numa.length, 'NUMA node')] : []),
  ];
  const whole = cores === undefined || cores === cpus ? [] : [count(cpus, 'thread')];
  const chip = cores === undefined ? count(cpus, 'CPU') : count(cores, 'core');
  const pages = hugepages.map(({ size, total }) => `${total} × ${formatBytes(size)} huge pages`);
  return [
    [[chip, ...whole].join(', '), parts.join(', ')].filter((part) => part !== '').join(' in '),
    [`${formatBytes(memory)} RAM`, swap === 0 ? 'no swap' : `${formatBytes(swap)} swap`, ...pages].join(', '),
    gpuWords(gpus),
  ];
}

function gpuWords({ driver, gpus, onBus }: GpuFacts): string {
  if (driver !== 'ok') return onBus === 0 ? 'no GPU' : `${count(onBus, 'GPU')} without a driver`;
  const kinds = new Map<string, number>();
  for (const { name, memory } of gpus) {
    const model = name.replace(/^NVIDIA (?:GeForce )?/, '');
    const kind = memory === undefined ? model : `${model} ${formatBytes(memory)}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  if (kinds.size === 0) return 'no GPU';
  return [...kinds].map(([kind, number]) => `${number} × ${kind}`).join(', ');
}

/** The file systems below storage paths that are there, each once. */
function roomsOf({ places }: HostFacts): readonly RoomFacts[] {
  const rooms = [...places.values()].flatMap(({ exists, room }) =>
    exists && room !== undefined ? [room] : [],
  );
  return [...new Map(rooms.map((room) => [room.mount, room])).values()];
}

function roomWords({ mount, free, size }: RoomFacts): string {
  return `${mount} ${formatBytes(free)} of ${formatBytes(size)} free`;
}

function allRooms(rooms: readonly RoomFacts[]): string {
  if (rooms.length === 0) return '';
  const sum = (part: 'free' | 'size'): string =>
    formatBytes(rooms.reduce((total, room) => total + room[part], 0));
  return `${count(rooms.length, 'file system')} ${sum('free')} of ${sum('size')} free in all`;
}

function versions(group: readonly HostFacts[]): readonly string[] {
  const found = group.flatMap(({ workers }) => [...workers.values()].flatMap(({ version }) => version ?? []));
  const short = [...new Set(found.map((version) => version.replace(/\+.*$/, '')))].sort().join(' and ');
  return short === '' ? [] : [`lotus-worker ${short}`];
}
