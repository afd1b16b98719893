import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiagnosticCode } from '../diagnostic/codes.js';
import { failure, success, type Failure, type Result } from '../diagnostic/result.js';
import type { SecretReference } from '../farm/farm.js';
import { Secret } from '../secret/secret.js';

export interface SecretContext {
  /** The operator's variables: read for `env`, given to `command`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How long a command may take; 30 s by default, enough to type a passphrase. Milliseconds. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;

/** What a token consists of. Anything else is a paste gone wrong, and would break an HTTP header or a file. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** Finds a secret at the place the farm names. Fails with SF301–SF304, none of which shows anything of it. */
export async function resolveSecret(
  reference: SecretReference,
  context: SecretContext,
): Promise<Result<Secret>> {
  if ('env' in reference) return fromEnvironment(reference.env, context);
  if ('file' in reference) return fromFile(reference.file, context);
  return fromCommand(reference.command, context);
}

function fromEnvironment(name: string, context: SecretContext): Result<Secret> {
  const text = Object.hasOwn(context.environment, name) ? context.environment[name] : undefined;
  if (text !== undefined) return checked(text, `environment variable ${name}`);
  return secretError(
    'SF301',
    `The environment variable ${name}, which holds a secret, is not set`,
    `Set it in the shell sealfarm is started from, without the value ending up in the shell's history: read -rs ${name}; export ${name}`,
  );
}

async function fromFile(path: string, context: SecretContext): Promise<Result<Secret>> {
  const home = context.environment['HOME'];
  const file = path.startsWith('~/') && home !== undefined ? join(home, path.slice(2)) : path;
  try {
    return checked(await readFile(file, 'utf8'), `file ${path}`);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    return secretError(
      'SF302',
      `The file ${path}, which holds a secret, cannot be read (${why})`,
      'Correct the path, or make the file readable for the user who runs sealfarm and for nobody else (chmod 600).',
    );
  }
}

async function fromCommand(command: readonly string[], context: SecretContext): Promise<Result<Secret>> {
  const [program, ...args] = command;
  // Only the program is named: arguments can say more than belongs into a log.
  const name = program ?? '';
  const { runSecretCommand } = await import('./secret-command.js');
  const ran = await runSecretCommand(name, args, context.environment, context.timeoutMs ?? TIMEOUT_MS);
  if (ran.ok) return checked(ran.firstLine, `command ${name}`);
  return secretError(
    'SF303',
    `The command ${name}, which should print a secret, ${ran.why}`,
    'Run the command by hand in the same shell; its first line of output has to be the secret.',
  );
}

function checked(text: string, source: string): Result<Secret> {
  const trimmed = text.trim();
  if (VISIBLE_ASCII.test(trimmed)) return success(new Secret(trimmed));
  return secretError(
    'SF304',
    trimmed === ''
      ? `The secret from ${source} is empty`
      : `The secret from ${source} has a space, a line break or another character in it that no token has`,
    'Store the token alone, as `lotus-miner auth create-token --perm admin` prints it.',
  );
}

function secretError(code: DiagnosticCode, message: string, help: string): Failure {
  return failure({ code, severity: 'error', message, help });
}
