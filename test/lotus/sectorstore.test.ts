import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storageSettings } from '../../src/desired/desire.js';
import {
  editSectorStore,
  newSectorStore,
  parseSectorStore,
  SETTING_NAMES,
  settingChanges,
  settingsFrom,
  type SectorStoreSettings,
} from '../../src/lotus/sectorstore.js';
import { guideFarm } from '../support/farm.js';
import { ID, laidOutDocument, settings } from '../support/sectorstore.js';

describe('a new sectorstore.json', () => {
  const [one, two, three] = guideFarm().hosts.flatMap(({ workers }) =>
    workers.flatMap(({ storage }) => storage.map(storageSettings)),
  );
  const common = { Weight: 10, CanSeal: true, CanStore: false, MaxStorage: 0 };

  it.each<[string, string, SectorStoreSettings | undefined, object]>([
    [
      'worker-1',
      '2546c5be-10f0-aa96-906b-24434a6c94a0',
      one,
      { ...common, Groups: ['example-seal-group-1'], AllowTo: ['example-seal-group-1'] },
    ],
    [
      'worker-2',
      'b5db38b9-2d2e-06eb-8367-7338e1bcd0f1',
      two,
      { ...common, Groups: ['example-seal-group-2'], AllowTo: ['example-seal-group-2'] },
    ],
    [
      'worker-3',
      '423e45b7-e8e6-64b5-9a62-eb45929d9562',
      three,
      { ...common, Groups: null, AllowTo: ['example-seal-group-1'] },
    ],
  ])("of the public guide's %s is the guide's own, field for field", (_, id, declared, fields) => {
    const text = newSectorStore(id, declared ?? settingsFrom({}));
    expect(JSON.parse(text)).toEqual({ ID: id, ...fields });
    expect(text.split('\n')[1]).toBe(`  "ID": "${id}",`);
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(settings, (written) => {
        expect(parseSectorStore(newSectorStore(ID, written))).toEqual({ id: ID, settings: written });
      }),
    );
  });
});

describe('editing a sectorstore.json', () => {
  it('sets what is wanted and keeps every other byte', () => {
    fc.assert(
      fc.property(laidOutDocument, settings, ({ text, kept }, wanted) => {
        const before = parseSectorStore(text);
        if ('problem' in before) throw new Error(`${before.problem}: ${text}`);
        const edited = editSectorStore(text, before.settings, wanted);
        const after = parseSectorStore(edited);
        if ('problem' in after) throw new Error(`${after.problem}: ${edited}`);
        expect(after.id).toBe(before.id);
        expect(settingChanges(after.settings, wanted)).toEqual([]);
        for (const member of kept) expect(edited).toContain(member);
        // Nothing but the settings' own values went: what is left of the text stands in the same order.
        expect(withoutSettings(edited)).toEqual({ ...withoutSettings(text) });
        expect(editSectorStore(edited, after.settings, wanted)).toBe(edited);
      }),
      { numRuns: 500 },
    );
  });

  function withoutSettings(text: string): Record<string, unknown> {
    const known: readonly string[] = SETTING_NAMES;
    return Object.fromEntries(
      Object.entries(JSON.parse(text) as object).filter(([name]) => !known.includes(name)),
    );
  }

  it('leaves the text alone when nothing changes', () => {
    fc.assert(
      fc.property(laidOutDocument, ({ text }) => {
        const store = parseSectorStore(text);
        if ('problem' in store) throw new Error(store.problem);
        expect(editSectorStore(text, store.settings, store.settings)).toBe(text);
      }),
    );
  });

  const wanted = { ...settingsFrom({}), Weight: 3, Groups: ['a', 'b'] };
  it.each([
    [
      'two-space layout',
      `{\n  "ID": "${ID}",\n  "Weight": 10,\n  "Big": 18446744073709551615,\n  "Groups": null\n}\n`,
      `{\n  "ID": "${ID}",\n  "Weight": 3,\n  "Big": 18446744073709551615,\n  "Groups": [\n    "a",\n    "b"\n  ]\n}\n`,
    ],
    [
      'one line',
      `{"ID":"${ID}","Weight":10,"x":{"a":[1,2]}}`,
      `{"ID":"${ID}","Weight":3,"x":{"a":[1,2]},"Groups": ["a","b"]}`,
    ],
    [
      'names in other letters',
      `{"id":"${ID}","weight":10,"GROUPS":null}`,
      `{"id":"${ID}","weight":3,"GROUPS":["a","b"]}`,
    ],
    [
      'CRLF and tabs',
      `{\r\n\t"ID": "${ID}"\r\n}`,
      `{\r\n\t"ID": "${ID}",\r\n\t"Weight": 3,\r\n\t"Groups": [\r\n\t  "a",\r\n\t  "b"\r\n\t]\r\n}`,
    ],
  ])('follows the layout of the file: %s', (_, text, edited) => {
    const store = parseSectorStore(text);
    if ('problem' in store) throw new Error(store.problem);
    expect(editSectorStore(text, store.settings, wanted)).toBe(edited);
  });
});

describe('settings', () => {
  it('take lists as sets', () => {
    const before = { ...settingsFrom({}), Groups: ['a', 'b', 'a'] };
    expect(settingChanges(before, { ...before, Groups: ['b', 'a'] })).toEqual([]);
    expect(settingChanges(before, { ...before, Groups: ['b'] })).toEqual([
      { name: 'Groups', before: ['a', 'b', 'a'], after: ['b'] },
    ]);
  });

  it("are read from Lotus's answers, where empty lists are null", () => {
    expect(settingsFrom({ Weight: 7, CanSeal: true, Groups: null, AllowTo: ['x'] })).toEqual({
      ...settingsFrom({}),
      Weight: 7,
      CanSeal: true,
      AllowTo: ['x'],
    });
  });
});

describe('reading a sectorstore.json', () => {
  it('takes names in any letters, as Go does', () => {
    const store = parseSectorStore(`{"id":"${ID}","weight":5,"canSeal":true}`);
    expect(store).toEqual({ id: ID, settings: { ...settingsFrom({}), Weight: 5, CanSeal: true } });
  });

  it('takes missing fields as zero', () => {
    expect(parseSectorStore(`{"ID":"${ID}"}`)).toEqual({ id: ID, settings: settingsFrom({}) });
  });

  it.each([
    ['nothing', '', /not a JSON object/],
    ['half a file', '{"ID":', /not a JSON object/],
    ['a list', '[]', /not a JSON object/],
    ['null', 'null', /not a JSON object/],
    ['a comment', `{"ID":"${ID}" /* x */}`, /not a JSON object/],
    ['a byte order mark', `\uFEFF{"ID":"${ID}"}`, /not a JSON object/],
    ['no ID', '{}', /ID is not a UUID/],
    ['an ID that is none', '{"ID":"x"}', /ID is not a UUID/],
    ['an ID that is a number', '{"ID":7}', /ID is not a UUID/],
    ['a word for a number', `{"ID":"${ID}","Weight":"10"}`, /Weight has the wrong type/],
    ['a number for a switch', `{"ID":"${ID}","CanSeal":1}`, /CanSeal has the wrong type/],
    ['a word for a list', `{"ID":"${ID}","Groups":"a"}`, /Groups has the wrong type/],
    ['a list of other things', `{"ID":"${ID}","AllowTo":["a",1]}`, /AllowTo has the wrong type/],
    ['two IDs', `{"ID":"${ID}","ID":"${ID}"}`, /ID twice/],
    // Go takes both for Weight, and of two the last one.
    ['two in other letters', `{"ID":"${ID}","Weight":4,"weight":5}`, /Weight twice/],
  ])('%s is a problem', (_, text, problem) => {
    expect(parseSectorStore(text)).toEqual({ problem: expect.stringMatching(problem) as string });
  });

  it('never throws', () => {
    const deep = `{"ID":"${ID}","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(parseSectorStore(deep)).toHaveProperty('problem');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          laidOutDocument.map(({ text }) => text.slice(3)),
        ),
        (text) => {
          expect(['problem', 'id']).toContain(Object.keys(parseSectorStore(text))[0]);
        },
      ),
    );
  });
});
