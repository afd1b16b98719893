import { expect, it } from 'vitest';
import { chosenFor, chosenWays } from '../../src/remote/beyond-ssh2.js';
import { forwardsNothing } from '../../src/remote/remote-error.js';

const notes = (count: number): ReturnType<typeof chosenFor>[] =>
  Array.from({ length: count }, (_, i) =>
    chosenFor(`host-${i}`, ['a certificate for it (CertificateFile c)']),
  );

it('a plan says of each of a few hosts why it is reached so', () => {
  const few = notes(3);
  expect(few[0]?.message).toMatch(/: a certificate for it \(CertificateFile c\)$/);
  expect(chosenWays([...few, forwardsNothing('host-1')])).toEqual(few);
  expect(chosenWays([])).toEqual([]);
});

it('a plan says of many hosts that there are so many', () => {
  const [note, ...more] = chosenWays(notes(40));
  expect(note?.message).toMatch(/^40 hosts are reached by the system's ssh,/);
  expect(more).toEqual([]);
});
