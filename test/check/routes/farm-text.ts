import { ROUTE_CHECKS } from '../../../src/check/route-checks.js';
import type { Finding } from '../../../src/config/finding.js';
import type { Diagnostic } from '../../../src/diagnostic/diagnostic.js';
import { readFarm } from '../../../src/farm/read-farm.js';
import type { Farm } from '../../../src/farm/farm.js';
import { expect, it } from 'vitest';

/** The hosts of a farm begin on line 7. */
const HEAD = `version: 1
farm: f
sectorSize: 32GiB
miner: { api: /ip4/10.0.0.10/tcp/2345/http, token: { env: MINER } }
storageGroups: { g: {}, h: {} }
hosts:
`;

/** A farm of one host a line, h1 on 10.0.0.1 and so on, by the workers of each. */
export function hosts(...workers: readonly string[]): string {
  const line = (list: string, index: number): string =>
    `  h${index + 1}: { address: 10.0.0.${index + 1}, workers: { ${list} } }\n`;
  return HEAD + workers.map(line).join('');
}

/** What the checks of routes say of a farm that is without fault otherwise. */
export function found(text: string): readonly Diagnostic[] {
  return readFarm(text, 'sealfarm.yaml', checkRoutes).diagnostics;
}

function checkRoutes(farm: Farm): readonly Finding[] {
  return ROUTE_CHECKS.flatMap((check) => [...check({ farm, hardware: new Map() })]);
}

/** `warning 7 [g]`: severity, line and what is underlined there, of all that is said with one code. */
export function said(code: string, text: string): string[] {
  return found(text)
    .filter((diagnostic) => diagnostic.code === code)
    .map(({ severity, place }) => {
      if (place?.kind !== 'file' || place.range === undefined) throw new Error(`${code} has no place`);
      const { line, column, endColumn, lineText } = place.range;
      return `${severity} ${line} ${lineText.slice(column - 1, endColumn - 1)}`;
    });
}

/** Farms with what is said of each with this code; nothing of the near misses. */
export function check(
  code: string,
  rows: readonly (readonly [what: string, text: string, ...said: string[]])[],
): void {
  it.each(rows.map(([what, text, ...expected]) => ({ what, text, expected })))(
    `${code}: $what`,
    ({ text, expected }) => {
      // A farm with another fault would be judged by nothing.
      const faults = found(text).filter(({ severity }) => severity === 'error');
      expect(faults.filter((fault) => !/^SF2(?:4[2-9]|7[5-9]|8|9)/.test(fault.code))).toEqual([]);
      expect(said(code, text)).toEqual(expected);
    },
  );
}

/** The message and the help of the first finding with a code. */
export function words(code: string, text: string): readonly (string | undefined)[] {
  const first = found(text).find((diagnostic) => diagnostic.code === code);
  return [first?.message, first?.help];
}
