import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { processState, thisProcess } from '../../src/cli/this-process.js';

it('knows whether a process of this machine runs', async () => {
  const here = thisProcess();
  expect(processState(here)).toBe('runs');
  const child = spawn('true');
  await once(child, 'exit');
  const ended = { ...here, pid: child.pid ?? 0 };
  expect(processState(ended)).toBe('gone');
  const { pid, machine } = ended;
  expect(processState({ pid, machine }, { pid: here.pid, machine })).toBe('unknown');
});

it('knows nothing of one on another machine, also of the same name', () => {
  const here = thisProcess();
  expect(processState({ ...here, machine: 'another' })).toBe('unknown');
  expect(processState({ ...here, space: 'another boot' })).toBe('unknown');
});
