import { describe, expect, it } from 'vitest';
import { parseWritten } from '../../src/host/written.js';
import { sha256 } from '../support/observation.js';

const [A, B] = [sha256('a'), sha256('b')];

describe('the record of what sealfarm wrote', () => {
  it('has all versions of a file, whatever its name', () => {
    const text = `${A}  /etc/x y  z\n${B}  /etc/x y  z\n${B}  /etc/other\n`;
    expect(parseWritten(text)).toEqual(
      new Map([
        ['/etc/x y  z', new Set([A, B])],
        ['/etc/other', new Set([B])],
      ]),
    );
  });

  it.each(['', '\n', 'garbage', `${A} /one-space`, `${A.slice(1)}  /short`, `${A}  relative`])(
    'says nothing by %j',
    (text) => {
      expect(parseWritten(text)).toEqual(new Map());
    },
  );
});
