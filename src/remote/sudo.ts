import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, type Result } from '../diagnostic/result.js';
import type { Endpoint } from './endpoint.js';
import type { ExecOutput } from './remote.js';

/** What runs the script on standard input; with `sudo` as root, which asks for nothing and says why in English. */
export function shellCommand(sudo: boolean): string {
  return sudo ? 'env LC_ALL=C sudo -n sh -s' : 'sh -s';
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^sudo: a password is required/m, 'it asks for a password'],
  [/^sudo: a terminal is required/m, 'it asks for a password'],
  [/you must have a tty to run sudo/m, 'it wants a terminal (requiretty)'],
  [/is not in the sudoers file/m, 'the user is not in the sudoers file'],
  [/is not allowed to (?:execute|run sudo)|may not run sudo/m, 'no rule allows the user to run sh'],
  [/sudo.*(?:not found|No such file)/m, 'there is no sudo'],
];

/** Why sudo did not run the script; undefined where it did. */
export function sudoRefusal(
  { name, host, user }: Pick<Endpoint, 'name' | 'host' | 'user'>,
  { stdout, stderr, status }: ExecOutput,
): Diagnostic | undefined {
  if (status === 0 || stdout !== '') return undefined;
  const reason = REASONS.find(([pattern]) => pattern.test(stderr));
  if (reason === undefined) return undefined;
  const missing = reason[1] === 'there is no sudo';
  return {
    code: 'SF416',
    severity: 'error',
    message: `sudo runs nothing for ${user} on ${name}: ${reason[1]}`,
    place: { kind: 'host', host },
    help: missing
      ? 'Install sudo there, or log in as root without `ssh.sudo`.'
      : `Add a rule there with \`visudo -f /etc/sudoers.d/sealfarm\`: ${sudoersLine(user)}`,
  };
}

/** The output of a script that was to run so, or why sudo did not run it. */
export function unlessRefused(endpoint: Endpoint, output: Result<ExecOutput>): Result<ExecOutput> {
  if (!output.ok || !endpoint.sudo) return output;
  const refusal = sudoRefusal(endpoint, output.value);
  return refusal === undefined ? output : failure(refusal);
}

/** A default of `requiretty` is lifted for the user, too. */
function sudoersLine(user: string): string {
  return `Defaults:${user} !requiretty and, on a line of its own, ${user} ALL=(root) NOPASSWD: /bin/sh -s, /usr/bin/sh -s`;
}
