import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Endpoint } from './endpoint.js';
import type { ExecOutput } from './remote.js';

/** What runs the script on standard input; with `sudo` as root, which asks for nothing and says why in English. */
export function shellCommand(sudo: boolean): string {
  return sudo ? 'env LC_ALL=C sudo -n sh -s' : 'sh -s';
}

/** The first that a script says under sudo: without it, sudo ran nothing, whatever a login shell may have printed. */
const BEGUN = 'sealfarm-begun';

/** What runs under sudo tells that it runs, on standard error; the lines of the script keep their numbers. */
export function tellingBegun(script: string, sudo: boolean): string {
  return sudo ? `echo ${BEGUN} >&2; ${script}` : script;
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^sudo: a password is required/m, 'it asks for a password'],
  [/^sudo: a terminal is required/m, 'it asks for a password'],
  // The words of sudo-rs are its own.
  [/^sudo: interactive authentication is required/m, 'it asks for a password'],
  [/you must have a tty to run sudo/m, 'it wants a terminal (requiretty)'],
  [/is not in the sudoers file/m, 'the user is not in the sudoers file'],
  [/is not allowed to (?:execute|run sudo)|user \S+ may not run /m, 'no rule allows the user to run sh'],
  [/^sudo: I'm sorry \S+\. I'm afraid I can't do that/m, 'no rule allows the user to run sh'],
  [/sudo.*(?:not found|No such file)/m, 'there is no sudo'],
];

/** Why sudo did not run the script, by what was said; undefined for other reasons. */
function sudoRefusal(
  { name, host, user }: Pick<Endpoint, 'name' | 'host' | 'user'>,
  { stderr, status }: ExecOutput,
): Diagnostic | undefined {
  if (status === 0) return undefined;
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

/** The output of a script that was to run by `tellingBegun`, or why sudo did not run it. */
export function unlessRefused(
  endpoint: Pick<Endpoint, 'name' | 'host' | 'user' | 'sudo'>,
  output: Result<ExecOutput>,
): Result<ExecOutput> {
  if (!output.ok || !endpoint.sudo) return output;
  const { stderr } = output.value;
  const at = stderr.indexOf(`${BEGUN}\n`);
  if (at >= 0)
    return success({ ...output.value, stderr: stderr.slice(0, at) + stderr.slice(at + BEGUN.length + 1) });
  const refusal = sudoRefusal(endpoint, output.value);
  return refusal === undefined ? output : failure(refusal);
}

/** A default of `requiretty` is lifted for the user, too. */
function sudoersLine(user: string): string {
  return `Defaults:${user} !requiretty and, on a line of its own, ${user} ALL=(root) NOPASSWD: /bin/sh -s, /usr/bin/sh -s`;
}
