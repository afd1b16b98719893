import { describe, expect, it } from 'vitest';
import { shellCommand, sudoRefusal } from '../../src/remote/sudo.js';

const ENDPOINT = { name: 'host-1', host: 'host-1', user: 'sealer' };

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
  ])('refuses: %s', (stderr, why) => {
    expect(sudoRefusal(ENDPOINT, { stdout: '', stderr, status: 1 })).toEqual({
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
      const found = sudoRefusal(ENDPOINT, { stdout: '', stderr, status: 127 });
      expect(found?.message).toBe('sudo runs nothing for sealer on host-1: there is no sudo');
      expect(found?.help).not.toContain('visudo');
    },
  );

  it.each([
    ['a script that went well', { stdout: '', stderr: 'sudo: a password is required\n', status: 0 }],
    ['a script that had begun', { stdout: 'x', stderr: 'sudo: a password is required\n', status: 1 }],
    ['a script that failed by itself', { stdout: '', stderr: 'mkdir: no room\n', status: 1 }],
  ])('is not the reason of %s', (_, output) => {
    expect(sudoRefusal(ENDPOINT, output)).toBeUndefined();
  });
});
