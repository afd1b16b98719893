import { expect, it } from 'vitest';
import { endWords, isBetweenProcesses, parseUnits } from '../../src/observed/units.js';
import { aUnit } from '../support/observation.js';

/** What systemd 252 answered of units that end at once with status 0, with 3, and without environment file or program. */
const RECORDED = `MainPID=0
Result=success
NRestarts=1
ExecMainStatus=0
Id=sealfarm-worker@w-1.service
ActiveState=activating
SubState=auto-restart

MainPID=0
Result=exit-code
NRestarts=1
ExecMainStatus=3
Id=sealfarm-worker@w-2.service
ActiveState=activating
SubState=auto-restart

MainPID=0
Result=resources
NRestarts=2
ExecMainStatus=0
Id=sealfarm-worker@w-4.service
ActiveState=activating
SubState=auto-restart

MainPID=0
Result=exit-code
NRestarts=1
ExecMainStatus=203
Id=sealfarm-worker@w-5.service
ActiveState=activating
SubState=auto-restart
`;

it('reads what systemd says of several units', () => {
  expect(Object.fromEntries(parseUnits(RECORDED))).toEqual({
    'sealfarm-worker@w-1.service': aUnit({ restarts: 1 }),
    'sealfarm-worker@w-2.service': aUnit({ restarts: 1, result: 'exit-code', status: 3 }),
    'sealfarm-worker@w-4.service': aUnit({ restarts: 2, result: 'resources' }),
    'sealfarm-worker@w-5.service': aUnit({ restarts: 1, result: 'exit-code', status: 203 }),
  });
});

it.each([
  ['nothing', '', 0],
  ['a warning and no unit', 'Warning: The unit file changed on disk.\n', 0],
  ['a warning before a unit', 'Warning: x\nId=a.service\nMainPID=7\n', 1],
  ['more properties than were asked for', 'Id=a.service\nDescription=a=b\n\n\n\nId=b.service\n', 2],
])('reads %s', (_, text, units) => {
  expect(parseUnits(text).size).toBe(units);
});

it.each([
  ['activating', 0, true],
  ['deactivating', 0, true],
  ['activating', 7, false],
  ['active', 7, false],
  ['inactive', 0, false],
  ['failed', 0, false],
  ['', 0, false],
])('%s with process %i is between two: %s', (active, pid, between) => {
  expect(isBetweenProcesses(aUnit({ active, pid }))).toBe(between);
});

it.each([
  [aUnit(), 'with status 0, as Lotus does on errors too'],
  [aUnit({ result: 'exit-code', status: 203 }), 'with the result exit-code (status 203)'],
  [aUnit({ result: 'resources' }), 'with the result resources'],
])('says how the last process ended', (unit, words) => {
  expect(endWords(unit)).toBe(words);
});
