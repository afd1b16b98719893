import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-code.js';
import { run } from '../../src/cli/program.js';
import { commandScene } from '../support/command.js';

const FILE = `version: 1
farm: north
sectorSize: 32GiB
miner: { api: /ip4/10.0.0.10/tcp/2345/http, token: { env: MINER } }
hosts:
  known:
    address: 10.0.0.1
    hardware: { cpus: 32, memory: 128GiB }
    workers: { c2: { tasks: [commit] } }
  unknown: { address: 127.0.0.1, ssh: { port: 1 }, workers: { pc1: { tasks: [precommit1] } } }
`;

const scene = commandScene(FILE);

/** The names of the hosts told of, and of the unknown ones. */
function told(): unknown {
  const { hosts, unknown } = JSON.parse(scene.out.join('')) as {
    hosts: { host: string }[];
    unknown: string[];
  };
  return { hosts: hosts.map(({ host }) => host), unknown };
}

function codes(): readonly string[] {
  const { diagnostics } = JSON.parse(scene.out.join('')) as {
    diagnostics: { code: string; message: string }[];
  };
  return diagnostics.map(({ code, message }) => `${code} ${message}`);
}

describe('sealfarm capacity', () => {
  it('goes on where the hardware of some hosts is unknown, and where a task never fits', async () => {
    expect(await run(['capacity', '--config', scene.config, '--no-color'])).toBe(EXIT.partial);
    expect(scene.out.join('')).toContain('c2 C2: 0 — Lotus wants 182 GiB of RAM + swap for one');
    expect(scene.out.join('')).toMatch(/\nunknown: hardware unknown: write `hardware:` under the host\n$/);
    // That there is no token for the miner does not matter: the machine is asked, and does not answer.
    expect(scene.err.join('')).toMatch(/^error SF4/);
    expect(scene.err.join('')).not.toContain('SF301');
  });

  it.each([
    [[], { hosts: ['known'], unknown: ['unknown'] }, ['SF4'], EXIT.partial],
    [['--host', 'known'], { hosts: ['known'], unknown: [] }, [], EXIT.done],
    [['--host', 'unknown', 'known'], { hosts: ['known'], unknown: ['unknown'] }, ['SF4'], EXIT.partial],
  ])('tells programs of the hosts it is asked for: %j', async (args, expected, why, exit) => {
    expect(await run(['--json', '--config', scene.config, 'capacity', ...args])).toBe(exit);
    expect(told()).toEqual(expected);
    expect(codes().map((code) => code.slice(0, 3))).toEqual(why);
  });

  it.each([
    ['unknwn', 'SF611 north has no host unknwn; did you mean unknown?'],
    ['c2', 'SF611 north has no host c2'],
  ])('knows no host %s', async (name, message) => {
    expect(await run(['capacity', '--config', scene.config, '--json', '--host', 'known', name])).toBe(
      EXIT.usage,
    );
    expect(codes()).toEqual([message]);
  });

  it('fails where nobody knows the hardware of any host it is asked for', async () => {
    expect(await run(['capacity', '--config', scene.config, '--json', '--host', 'unknown'])).toBe(
      EXIT.failed,
    );
    expect(codes()).toEqual([
      // The reason first, which a person was told of before.
      expect.stringMatching(/^SF4/),
      'SF617 nobody knows what the machine of unknown has',
    ]);
  });

  it('counts the hosts of which nobody knows the hardware', async () => {
    writeFileSync(
      scene.config,
      `${FILE}  third: { address: 127.0.0.2, ssh: { port: 1 }, workers: { c1: { tasks: [addpiece] } } }\n`,
    );
    const words = ['capacity', '--config', scene.config, '--json', '--host', 'unknown', 'third'];
    expect(await run(words)).toBe(EXIT.failed);
    expect(codes()[2]).toBe('SF617 nobody knows what the machines of unknown and 1 more have');
  });

  it('says what is wrong with the file', async () => {
    writeFileSync(scene.config, FILE.replace('farm: north', 'fram: north'));
    expect(await run(['capacity', '--config', scene.config, '--json'])).toBe(EXIT.badConfig);
  });
});
