import { finding, type YamlPath } from '../config/finding.js';
import { quote } from '../config/wording.js';
import type { Report } from './report.js';

/** No machine has more; keeps a hostile list from filling the memory. */
const MOST_CPUS = 65_536;

/** The CPUs of a list such as `0-15,64`, each once; undefined where a range goes backwards or too far. */
export function parseCpuSet(text: string): ReadonlySet<number> | undefined {
  const cpus = new Set<number>();
  for (const part of text.split(',')) {
    const [, first = '', last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    if (first === '' || Number(last) < Number(first) || Number(last) >= MOST_CPUS) return undefined;
    for (let cpu = Number(first); cpu <= Number(last); cpu++) cpus.add(cpu);
  }
  return cpus;
}

/** A list of CPUs as written, checked. */
export function readCpuSet(written: string, at: YamlPath, report: Report): string {
  if (parseCpuSet(written) === undefined) {
    const help = 'Write numbers and ranges that go upwards: 0-31 or 0-15,64-79.';
    report(finding('SF241', at, `${quote(written)} is no list of CPUs`, { help }));
  }
  return written;
}
