import type { WrittenLimits, WrittenResources, WrittenTaskResources } from '../config/written.gen.js';
import { present } from '../farm/present.js';
import type { TaskResources } from '../lotus/api.js';
import { readResourceVariable, resourcesFromEnvironment } from '../lotus/resource-env.js';
import { sealProofKey } from '../lotus/resources.js';
import { LIMITABLE_TASKS, type SectorSize } from '../lotus/sector-size.js';
import { isCount, isSensible } from '../lotus/sensible.js';
import { task, type TaskCode } from '../lotus/task.js';
import { listed, lost, type Report } from './report.js';
import { sizeText } from './size-text.js';

type Environment = Readonly<Record<string, string>>;

/** The inverse of the variables of limits and resources: what one task counts for with them, where Lotus's table differs. */
export function readResources(
  env: Environment,
  size: SectorSize,
  report: Report,
): { readonly limits?: WrittenLimits; readonly resources?: WrittenResources } {
  reportVariables(env, size, report);
  const told = resourcesFromEnvironment(env);
  const usual = resourcesFromEnvironment(
    Object.fromEntries(
      Object.entries(env).filter(([name, text]) => readResourceVariable(name, text) === undefined),
    ),
  );
  const limits: WrittenLimits = {};
  const resources: WrittenResources = {};
  for (const code of LIMITABLE_TASKS) {
    const row = rowOf(told, code, size);
    // Lotus takes all others as no limit.
    if (isCount(row.MaxConcurrent)) limits[code] = row.MaxConcurrent;
    const written = writtenRow(code, row, rowOf(usual, code, size), report);
    if (Object.keys(written).length > 0) resources[code] = written;
  }
  return {
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
    ...(Object.keys(resources).length > 0 ? { resources } : {}),
  };
}

/** The size of which all variables of limits and resources are; undefined where they name none, or several. */
export function sizeOfVariables(env: Environment): SectorSize | undefined {
  const sizes = new Set(
    Object.entries(env).flatMap(([name, text]) => {
      const read = readResourceVariable(name, text);
      return read?.kind === 'read' && read.size !== undefined ? [read.size] : [];
    }),
  );
  return sizes.size === 1 ? [...sizes][0] : undefined;
}

function rowOf(
  table: ReturnType<typeof resourcesFromEnvironment>,
  code: TaskCode,
  size: SectorSize,
): TaskResources {
  const row = table[task(code).rpc]?.[sealProofKey(size)];
  if (row === undefined) throw new Error(`no resources of ${code}`);
  return row;
}

function writtenRow(
  code: TaskCode,
  row: TaskResources,
  usual: TaskResources,
  report: Report,
): WrittenTaskResources {
  const changed = <T>(field: keyof TaskResources, write: (value: number) => T): T | undefined => {
    if (row[field] === usual[field]) return undefined;
    if (!isSensible(field, row[field])) {
      report(
        lost(
          `${field} of ${code} is ${row[field]}, which the file does not take`,
          'Write one that it takes.',
        ),
      );
      return undefined;
    }
    return write(row[field]);
  };
  const itself = (value: number): number => value;
  return present({
    minMemory: changed('MinMemory', sizeText),
    maxMemory: changed('MaxMemory', sizeText),
    baseMinMemory: changed('BaseMinMemory', sizeText),
    gpuUtilization: changed('GPUUtilization', itself),
    maxParallelism: changed('MaxParallelism', itself),
    maxParallelismGpu: changed('MaxParallelismGPU', itself),
  });
}

function reportVariables(env: Environment, size: SectorSize, report: Report): void {
  const found = Object.entries(env).map(([name, text]) => ({ name, read: readResourceVariable(name, text) }));
  const names = (isMeant: (read: (typeof found)[number]['read']) => boolean): string[] =>
    found.filter(({ read }) => isMeant(read)).map(({ name }) => name);
  const ignored = names((read) => read?.kind === 'ignored');
  if (ignored.length > 0)
    report(
      lost(
        `Lotus passes over ${listed(ignored)}, so the file leaves them out`,
        'Write limits and resources by the short codes of the tasks: `limits: { PR2: 1 }`.',
      ),
    );
  const others = names((read) => read?.kind === 'read' && read.size !== undefined && read.size !== size);
  if (others.length > 0)
    report(
      lost(
        `${listed(others)} are not for sectors of ${size}, so the file leaves them out`,
        'Nothing, if the farm seals only these.',
        'note',
      ),
    );
  const unread = names((read) => read?.kind === 'read' && read.value === undefined);
  if (unread.length > 0)
    report(
      lost(
        `Lotus takes ${listed(unread)} as 0, as ${unread.length === 1 ? 'it is' : 'they are'} no number`,
        'Write what was meant: of a limit, 0 is none.',
      ),
    );
}
