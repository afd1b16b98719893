import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import { readFarm } from '../../src/farm/read-farm.js';
import type { Farm } from '../../src/farm/farm.js';

/** A small farm without a fault; tests change a piece of it. */
export const SAMPLE = `version: 1
farm: f
sectorSize: 32GiB
miner:
  api: /ip4/10.0.0.10/tcp/2345/http
  token: { env: MINER }
profiles:
  p: { tasks: [AP] }
storageGroups: { g: {} }
hosts:
  h1:
    address: 10.0.0.1
    workers:
      w1:
        profile: p
        storage:
          - { path: /mnt/s, seal: true, groups: [g], allowTo: [g] }
`;

export type Edit = readonly [from: string, to: string];

export function edited(...edits: readonly Edit[]): string {
  return edits.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the sample has no ${from}`);
    return text.replace(from, () => to);
  }, SAMPLE);
}

/** `SF201 15:18`, one a diagnostic. */
export function said(text: string): string[] {
  return readFarm(text, 'sealfarm.yaml').diagnostics.map(codeAndPlace);
}

export function codeAndPlace({ code, place }: Diagnostic): string {
  if (place?.kind !== 'file') throw new Error('no file');
  return place.range === undefined ? code : `${code} ${place.range.line}:${place.range.column}`;
}

export function farmOf(text: string): Farm {
  const { farm, diagnostics } = readFarm(text, 'sealfarm.yaml');
  if (farm === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return farm;
}
