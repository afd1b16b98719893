import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import { success } from '../../src/diagnostic/result.js';
import type { ExecOutput } from '../../src/remote/remote.js';
import { shInput } from '../../src/remote/script.js';
import { shellCommand, tellingBegun, unlessRefused } from '../../src/remote/sudo.js';

const ENDPOINT = { name: 'host-1', host: 'host-1', user: 'sealer', sudo: true };

/** What is said of a script of which this came back. */
function refusal(output: Partial<ExecOutput>): Diagnostic | undefined {
  const outcome = unlessRefused(ENDPOINT, success({ stdout: '', stderr: '', status: 1, ...output }));
  return outcome.ok ? undefined : outcome.diagnostic;
}

describe('sudo', () => {
  it.each([
    [false, 'sh -s'],
    [true, 'env LC_ALL=C sudo -n sh -s'],
  ])('%s runs a script by %s', (sudo, command) => {
    expect(shellCommand(sudo)).toBe(command);
  });

  it.each([
    ['sudo: a password is required\n', 'it asks for a password'],
    [
      'sudo: a terminal is required to read the password; either use the -S option…\n',
      'it asks for a password',
    ],
    ['sudo: sorry, you must have a tty to run sudo\n', 'it wants a terminal (requiretty)'],
    ['sealer is not in the sudoers file.\n', 'the user is not in the sudoers file'],
    [
      "Sorry, user sealer is not allowed to execute '/usr/bin/sh -s' as root on sf1.\n",
      'no rule allows the user to run sh',
    ],
    ['Sorry, user sealer may not run sudo on sf1.\n', 'no rule allows the user to run sh'],
    // sudo-rs
    ['sudo: interactive authentication is required\n', 'it asks for a password'],
    ["sudo: I'm sorry sealer. I'm afraid I can't do that\n", 'no rule allows the user to run sh'],
    ['sudo: Sorry, user sealer may not run /usr/bin/sh on sf1.\n', 'no rule allows the user to run sh'],
  ])('refuses: %s', (stderr, why) => {
    // A login shell may have greeted before.
    expect(refusal({ stdout: 'Welcome\n', stderr })).toEqual(refusal({ stderr }));
    expect(refusal({ stderr })).toEqual({
      code: 'SF416',
      severity: 'error',
      message: `sudo runs nothing for sealer on host-1: ${why}`,
      place: { kind: 'host', host: 'host-1' },
      help: expect.stringContaining('sealer ALL=(root) NOPASSWD: /bin/sh -s, /usr/bin/sh -s') as string,
    });
  });

  it.each([['env: ‘sudo’: No such file or directory\n'], ['sh: 1: sudo: not found\n']])(
    'is not there: %s',
    (stderr) => {
      const found = refusal({ stderr, status: 127 });
      expect(found?.message).toBe('sudo runs nothing for sealer on host-1: there is no sudo');
      expect(found?.help).not.toContain('visudo');
    },
  );

  it.each([
    ['a script that went well', { stdout: '', stderr: 'sudo: a password is required\n', status: 0 }],
    [
      'a script that had begun',
      { stdout: '', stderr: 'sealfarm-begun\nsudo: a password is required\n', status: 1 },
    ],
    ['a script that failed by itself', { stdout: '', stderr: 'mkdir: no room\n', status: 1 }],
  ])('is not the reason of %s', (_, output) => {
    expect(refusal(output)).toBeUndefined();
  });

  it.each([
    ['3', 'sh -c "exit 3"'],
    ['3, with words of sudo', "echo 'sudo: a password is required' >&2; exit 3"],
  ])('is told of by a script that has begun, which nobody sees (%s)', (_, script) => {
    const sh = (text: string): ExecOutput => {
      const { stdout, stderr, status } = spawnSync('sh', ['-s'], { input: text, encoding: 'utf8' });
      return { stdout, stderr, status: status ?? -1 };
    };
    const plain = sh(shInput(script));
    const told = unlessRefused(ENDPOINT, success(sh(shInput(tellingBegun(script, true)))));
    expect(told).toEqual(success(plain));
    expect(tellingBegun(script, false)).toBe(script);
  });
});
