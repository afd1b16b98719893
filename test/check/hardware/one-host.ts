import { HARDWARE_CHECKS } from '../../../src/check/hardware-checks.js';
import { declaredHardware } from '../../../src/check/layout.js';
import type { Finding } from '../../../src/config/finding.js';
import type { Diagnostic } from '../../../src/diagnostic/diagnostic.js';
import type { Farm } from '../../../src/farm/farm.js';
import { readFarm } from '../../../src/farm/read-farm.js';

/** A machine on which everything fits. */
export const LARGE = 'cpus: 64, memory: 512GiB, gpus: 1';

/**
 * A farm of one host, whose workers w1, w2, … are on the lines from 11 on: `      w1: { …`.
 * @param hardware undefined: nobody knows what the machine has
 */
export function oneHost(hardware: string | undefined, ...workers: string[]): string {
  return `version: 1
farm: f
sectorSize: 32GiB
miner: { api: /ip4/10.0.0.10/tcp/2345/http, token: { env: MINER } }
defaults: { worker: { parameterCache: /p, parentCache: /q } }
hosts:
  h1:
    address: 10.0.0.1
    ${hardware === undefined ? 'tags: []' : `hardware: { ${hardware} }`}
    workers:
${workers.map((body, index) => `      w${index + 1}: { ${body}, listen: '10.0.0.1:${3456 + index}' }`).join('\n')}
`;
}

/** What the checks of the hardware say of a farm that is without fault otherwise. */
export function found(text: string): readonly Diagnostic[] {
  return readFarm(text, 'sealfarm.yaml', checkAll).diagnostics;
}

function checkAll(farm: Farm): readonly Finding[] {
  return HARDWARE_CHECKS.flatMap((check) => [...check({ farm, hardware: declaredHardware(farm) })]);
}

/** `SF251 11 C2`, one a finding: code, line, and what is underlined there. */
export function codes(text: string): readonly string[] {
  return found(text).map(({ code, place }) => {
    if (place?.kind !== 'file' || place.range === undefined) throw new Error(`${code} has no place`);
    const { line, column, endColumn, lineText } = place.range;
    return `${code} ${line} ${lineText.slice(column - 1, endColumn - 1)}`;
  });
}

/** The messages of one code. */
export function messages(code: string, text: string): readonly string[] {
  return found(text)
    .filter((diagnostic) => diagnostic.code === code)
    .map(({ message }) => message);
}
