import { defaultResources } from '../lotus/resources.js';
import { taskByWritten, type TaskCode } from '../lotus/task.js';
import type { SectorSize } from '../lotus/sector-size.js';
import { listed } from '../import/report.js';
import type { Notes } from './host-notes.js';
import type { Answers } from './proposal.js';

const GiB = 2 ** 30;

const PIPELINE = ['precommit1', 'precommit2', 'commit'] as const;

/** What no machine can do, though every sector goes through it. @param done names of tasks */
export function missingTasks({ sectorSize }: Answers, done: ReadonlySet<string>, hasWorkers: boolean): Notes {
  const codes = PIPELINE.filter((name) => !done.has(name)).flatMap((name) => taskByWritten(name)?.code ?? []);
  if (!hasWorkers || codes.length === 0) return { comments: [], diagnostics: [] };
  const needs = listed(codes.map((code) => `${code} (${needWords(code, sectorSize)})`));
  const message = `no machine can do ${needs}: it is left to the miner`;
  return {
    comments: [message],
    diagnostics: [
      {
        code: 'SF684',
        severity: 'warning',
        message,
        help: 'Add a machine that can, or see to it that lotus-miner does it.',
      },
    ],
  };
}

function needWords(code: TaskCode, size: SectorSize): string {
  const { MaxMemory, BaseMinMemory } = defaultResources(code, size);
  const bytes = MaxMemory + BaseMinMemory;
  const memory = bytes >= GiB ? `${Math.ceil(bytes / GiB)} GiB` : `${Math.ceil(bytes / 2 ** 20)} MiB`;
  const disk = code === 'C2' ? '' : ' and a disk with room for a sector';
  return `${memory} of RAM and swap${disk}`;
}
