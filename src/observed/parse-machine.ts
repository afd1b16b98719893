import { decode } from './asking.js';
import type { Gpu, GpuFacts, HugePages, MountFacts, NumaNode, RoomFacts } from './facts.js';

/** The words of a line behind its kind. */
type Words = readonly string[];

export function parseNuma(lines: readonly Words[]): readonly NumaNode[] {
  return lines
    .map(([node, kib, cpus = '']) => ({ node: Number(node), cpus, memory: Number(kib) * 1024 }))
    .filter(({ memory }) => memory > 0)
    .toSorted((a, b) => a.node - b.node);
}

export function parseHugePages(lines: readonly Words[]): readonly HugePages[] {
  return lines
    .map(([kib, total, free]) => ({ size: Number(kib) * 1024, total: Number(total), free: Number(free) }))
    .filter(({ total }) => total > 0)
    .toSorted((a, b) => a.size - b.size);
}

/** Blanks in names stand as `\040` there. Linux: proc_pid_mountinfo(5) */
export function parseMount([
  device = '',
  type = '',
  source = '-',
  mount = '-',
  room = '-',
  access,
  turns,
]: Words): MountFacts {
  const space = parseRoom(decode(room));
  return {
    mount: decode(mount),
    source: decode(source).replace(/\\040/g, ' '),
    device,
    type,
    ...(space === undefined ? {} : { size: space.size, free: space.free }),
    ...(access === 'ro' ? { readOnly: true as const } : {}),
    ...(turns === '0' || turns === '1' ? { rotational: turns === '1' } : {}),
  };
}

/** A line of `df -Pk`; names may hold blanks. */
export function parseRoom(line: string): RoomFacts | undefined {
  const match = /^(.*?) +(\d+) +\d+ +(-?\d+) +(?:\d+%|-) +(\/.*)$/.exec(line.replace(/\n$/, ''));
  if (match === null) return undefined;
  const [, source = '', size, free, mount = ''] = match;
  return { source, mount, size: Number(size) * 1024, free: Math.max(0, Number(free)) * 1024 };
}

/** @param bus what the PCI bus shows  @param asked what nvidia-smi says */
export function parseGpus([onBus, module]: Words, [driver, word = '-']: Words): GpuFacts {
  const seen = { onBus: Number(onBus) || 0, module: module === 'loaded' };
  const text = decode(word);
  if (driver === 'ok') return { driver, gpus: text.split('\n').flatMap(parseGpu), ...seen };
  if (driver !== 'failing') return { driver: 'absent', gpus: [], ...seen };
  const why = text.split('\n').find((line) => line.trim() !== '') ?? 'it says nothing';
  return { driver, gpus: [], why, ...seen };
}

/** `0, GPU-8f6d2c9e-…, 24576, NVIDIA GeForce RTX 3090`; some have no memory to tell: `[N/A]`. */
function parseGpu(line: string): Gpu[] {
  const [, index, uuid = '', mib, name = ''] = /^(\d+), (\S+), ([^,]+), (.+)$/.exec(line) ?? [];
  if (index === undefined) return [];
  const memory = Number(mib) * 2 ** 20;
  return [{ index: Number(index), name, uuid, ...(memory > 0 ? { memory } : {}) }];
}
