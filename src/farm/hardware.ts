import type { YamlPath } from '../config/finding.js';
import type { WrittenHardware } from '../config/written.gen.js';
import type { Hardware } from './farm.js';
import { present } from './present.js';
import type { Report } from './report.js';
import { readSize } from './size.js';
import { hostPath } from './texts.js';

/** What a machine is declared to have. */
export function readHardware(written: WrittenHardware, yaml: YamlPath, report: Report): Hardware {
  return {
    cpus: written.cpus,
    memory: readSize(written.memory, [...yaml, 'memory'], report),
    swap: readSize(written.swap ?? 0, [...yaml, 'swap'], report),
    gpus: written.gpus ?? 0,
    ...present({
      l3Groups: written.l3Groups,
      numaNodes: written.numaNodes,
      disk: written.disk === undefined ? undefined : readDisk(written.disk, [...yaml, 'disk'], report),
    }),
  };
}

function readDisk(
  written: NonNullable<WrittenHardware['disk']>,
  yaml: YamlPath,
  report: Report,
): NonNullable<Hardware['disk']> {
  if (typeof written !== 'object') return readSize(written, yaml, report);
  return new Map(
    Object.entries(written).map(([mount, size]) => {
      const at = [...yaml, mount];
      return [mount === '/' ? mount : hostPath(mount, at, report), readSize(size, at, report)];
    }),
  );
}
