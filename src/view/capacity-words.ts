import type { Binding, Refusal } from '../capacity/capacity.js';
import type { HostCapacity, Sum } from '../capacity/host-capacity.js';
import { sizeNeeded, sizeThere } from '../check/hardware/words.js';
import { unreachable } from '../diagnostic/unreachable.js';
import { count } from './words.js';

/** What binds, in a cell of a table. */
export function bindingWords(binds: Binding): string {
  switch (binds) {
    case 'limit':
      return 'limit';
    case 'memory':
      return 'RAM';
    case 'virtual-memory':
      return 'RAM + swap';
    case 'threads':
      return 'threads';
    case 'gpus':
      return 'GPUs';
    case 'disk':
      return 'disk';
    case 'path':
      return 'no path';
    case 'precommit1':
      return 'PC1';
    default:
      return unreachable(binds);
  }
}

/** Why not even one runs. `has`: who has what there is, such as `this worker has`. */
export function zeroWords({ binds, needs }: Refusal, has: string): string {
  if (needs === undefined) return 'none of its storage paths takes the files of one';
  const [wants, there] = amounts(binds, needs.needed, needs.available);
  return `Lotus wants ${wants} for one, ${has} ${there}`;
}

function amounts(binds: Binding, needed: number, available: number): readonly [string, string] {
  if (binds === 'threads') return [count(needed, 'thread'), String(available)];
  if (binds === 'gpus') return [count(needed, 'GPU'), String(available)];
  const what = binds === 'disk' ? 'free on one storage path' : `of ${bindingWords(binds)}`;
  return [`${sizeNeeded(needed)} ${what}`, sizeThere(available)];
}

/** `64 CPUs, 512 GiB of RAM, 128 GiB of swap, 1 GPU` */
export function machineWords({ threads, memory, virtualMemory, gpus }: HostCapacity['sums']): string {
  const swap = virtualMemory.available - memory.available;
  return [
    count(threads.available, 'CPU'),
    `${sizeThere(memory.available)} of RAM`,
    ...(swap === 0 ? [] : [`${sizeThere(swap)} of swap`]),
    ...(gpus.available === 0 ? [] : [count(gpus.available, 'GPU')]),
  ].join(', ');
}

/** What all workers take of the machine: `RAM 261 GiB of 512 GiB`. */
export function sumWords(
  sums: HostCapacity['sums'],
): readonly { readonly text: string; readonly over: boolean }[] {
  const { memory, virtualMemory, threads, gpus, precommit1 } = sums;
  const words = (sum: Sum, text: string): { text: string; over: boolean } => ({
    text: sum.over ? `${text} (over)` : text,
    over: sum.over,
  });
  const size = ({ taken, available }: Sum): string =>
    `${taken === 0 ? '0' : sizeNeeded(taken)} of ${sizeThere(available)}`;
  const plain = (sum: Sum): string => `${sum.taken} of ${sum.available}`;
  return [
    words(memory, `RAM ${size(memory)}`),
    words(virtualMemory, `RAM + swap ${size(virtualMemory)}`),
    words(threads, `threads ${plain(threads)}`),
    ...(gpus.available === 0 ? [] : [words(gpus, `GPUs ${plain(gpus)}`)]),
    ...(precommit1 === undefined
      ? []
      : [words(precommit1, `${precommit1.taken} PC1 on ${count(precommit1.available, 'L3 group')}`)]),
  ];
}

/** How it comes that Lotus gives out more than there is. */
export function overWords({ workers, sums }: HostCapacity): readonly string[] {
  const { memory, virtualMemory, threads, gpus, precommit1 } = sums;
  const crowded =
    precommit1?.over === true
      ? ['Lotus does not count L3 groups: PC1 with multicore SDR that share one slow each other down.']
      : [];
  if (![memory, virtualMemory, threads, gpus].some(({ over }) => over)) return crowded;
  const more =
    workers.length > 1
      ? 'Each worker counts the whole machine as its own: Lotus lets them take more than there is.'
      : 'Lotus counts the memory that tasks of a kind share only as they start, and lets the worker take more than there is.';
  return [more, ...crowded];
}
