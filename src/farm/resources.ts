import type { YamlPath } from '../config/finding.js';
import type { WrittenTaskResources } from '../config/written.gen.js';
import type { TaskResources } from '../lotus/api.js';
import type { TaskCode } from '../lotus/task.js';
import { present } from './present.js';
import type { Report } from './report.js';
import { readSize } from './size.js';
import { limitable, writtenTwice } from './tasks.js';

/** What one task of each kind shall count for, by short code. */
export function readResources(
  written: Readonly<Record<string, WrittenTaskResources>>,
  at: YamlPath,
  report: Report,
): ReadonlyMap<TaskCode, Partial<TaskResources>> {
  const resources = new Map<TaskCode, Partial<TaskResources>>();
  for (const [word, values] of Object.entries(written)) {
    const place = [...at, word];
    const code = limitable(word, place, report);
    if (code === undefined) continue;
    if (resources.has(code)) report(writtenTwice(code, 'resources are', place));
    resources.set(code, readTask(values, place, report));
  }
  return resources;
}

function readTask(written: WrittenTaskResources, at: YamlPath, report: Report): Partial<TaskResources> {
  const size = (key: 'minMemory' | 'maxMemory' | 'baseMinMemory'): number | undefined => {
    const value = written[key];
    return value === undefined ? undefined : readSize(value, [...at, key], report);
  };
  return present({
    MinMemory: size('minMemory'),
    MaxMemory: size('maxMemory'),
    BaseMinMemory: size('baseMinMemory'),
    GPUUtilization: written.gpuUtilization,
    MaxParallelism: written.maxParallelism,
    MaxParallelismGPU: written.maxParallelismGpu,
  });
}
