import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { desire } from '../src/desired/desire.js';
import type { Farm } from '../src/farm/farm.js';
import { readFarm } from '../src/farm/read-farm.js';
import { Secret } from '../src/secret/secret.js';
import { formatRender, renderJson } from '../src/view/render.js';

const EXAMPLES = join(import.meta.dirname, '..', 'examples');

function read(text: string): Farm {
  const { farm, diagnostics } = readFarm(text, 'sealfarm.yaml');
  expect(diagnostics).toEqual([]);
  if (farm === undefined) throw new Error('no farm');
  return farm;
}

/** Folders with a farm in them; the others are about what is around it. */
const FARMS = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, 'sealfarm.yaml')));

describe.each(FARMS)('examples/%s', (name) => {
  it('renders as expected', () => {
    const farm = read(readFileSync(join(EXAMPLES, name, 'sealfarm.yaml'), 'utf8'));
    const expected = readFileSync(join(EXAMPLES, name, 'expected', 'render.txt'), 'utf8');
    expect(formatRender(desire(farm, new Secret('token'), new Map()))).toBe(expected);
  });
});

/** The public guide's storage-group case: the path on each of three hosts, with the ID it has there. */
const GUIDE = new Map([
  [
    'host-1',
    {
      ID: '2546c5be-10f0-aa96-906b-24434a6c94a0',
      Groups: ['example-seal-group-1'],
      AllowTo: ['example-seal-group-1'],
    },
  ],
  [
    'host-2',
    {
      ID: 'b5db38b9-2d2e-06eb-8367-7338e1bcd0f1',
      Groups: ['example-seal-group-2'],
      AllowTo: ['example-seal-group-2'],
    },
  ],
  ['host-3', { ID: '423e45b7-e8e6-64b5-9a62-eb45929d9562', Groups: null, AllowTo: ['example-seal-group-1'] }],
]);

it("renders the guide's sectorstore.json documents field for field, given their IDs", () => {
  let text = readFileSync(join(EXAMPLES, 'storage-groups', 'sealfarm.yaml'), 'utf8');
  for (const { ID } of GUIDE.values())
    text = text.replace('path: /mnt/nvme0/seal\n', `path: "/mnt/nvme0/seal"\n            id: ${ID}\n`);
  const { hosts } = renderJson(desire(read(text), new Secret('token'), new Map()));
  for (const [host, fields] of GUIDE) {
    const file = hosts[host]?.files.find(({ path }) => path === '/mnt/nvme0/seal/sectorstore.json');
    expect(JSON.parse(file?.content ?? '')).toEqual({
      Weight: 10,
      CanSeal: true,
      CanStore: false,
      MaxStorage: 0,
      ...fields,
    });
  }
});
