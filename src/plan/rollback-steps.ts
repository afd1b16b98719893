import { createHash } from 'node:crypto';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import { withSecrets, type Return } from '../host/rollback.js';
import { Secret } from '../secret/secret.js';
import type { Step } from './plan.js';

/** A file as it is, and its version before as it was kept; each undefined where it is not there. */
export interface FileVersions {
  readonly present?: Secret;
  readonly kept?: Secret;
}

/** What the farm knows of environment files. */
export interface Environment {
  /** By name, as they stand behind the `=`, for files that are gone. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Names whose values may be shown. */
  readonly open: readonly string[];
}

/**
 * Writes the versions before, where the file still is what sealfarm left there. Fails with SF631 or SF632, and then nothing is to be
 * done: some files of another time than the rest fit neither the one nor the other.
 */
export function rollbackSteps(
  host: string,
  returns: readonly Return[],
  versions: ReadonlyMap<string, FileVersions>,
  environment: Environment,
): Result<readonly Step[]> {
  const steps: Step[] = [];
  for (const one of returns) {
    const made = stepFor(host, one, versions.get(one.path) ?? {}, environment);
    if (!made.ok) return made;
    steps.push(...made.value);
  }
  return success(steps);
}

function stepFor(
  host: string,
  { path, wanted, kept: { backups }, left }: Return,
  { present, kept }: FileVersions,
  { secrets, open }: Environment,
): Result<readonly Step[]> {
  const seen = present === undefined ? undefined : sha256(present.reveal());
  if (seen === wanted) return success([]);
  if (seen !== left) return failure(changedSince(host, path));
  if (kept === undefined) return failure(cannot(host, path, 'its version before is not kept any more'));
  const isEnv = path.endsWith('/worker.env');
  const filled = isEnv ? withSecrets(kept.reveal(), present?.reveal(), secrets) : { text: kept.reveal() };
  if ('unknown' in filled)
    return failure(
      cannot(
        host,
        path,
        `the value of ${filled.unknown.join(', ')} was not kept, as it is a secret, and is nowhere now`,
      ),
    );
  const { text } = filled;
  if (!isEnv && sha256(text) !== wanted)
    return failure(cannot(host, path, 'its version before was changed where it is kept'));
  if (path.endsWith('/sectorstore.json') && idOf(text) !== idOf(present?.reveal() ?? ''))
    return failure(cannot(host, path, 'it would give the path another ID'));
  if (present?.reveal() === text) return success([]);
  return success([
    {
      id: `${host}/rollback:${path}`,
      host,
      action: {
        kind: 'write-file',
        path,
        mode: isEnv ? '600' : 'keep',
        content: new Secret(text),
        ...(isEnv ? { open } : {}),
        ...(seen === undefined || present === undefined ? {} : { replaces: seen, before: present }),
        backups,
      },
      disruption: 'none',
      reason: 'rolled-back',
      changes: [],
    },
  ]);
}

function idOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'ID' in value ? value.ID : undefined;
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function changedSince(host: string, path: string): Diagnostic {
  return {
    code: 'SF632',
    severity: 'error',
    message: `${path} is not what sealfarm left there: somebody changed it since, and nothing is brought back`,
    place: { kind: 'host', host, path },
    help: 'Look at it with `sealfarm plan --diff`. An apply puts it to what the file declares; after that it can be brought back.',
  };
}

function cannot(host: string, path: string, why: string): Diagnostic {
  return {
    code: 'SF631',
    severity: 'error',
    message: `${path} cannot be brought back: ${why}; nothing is changed`,
    place: { kind: 'host', host, path },
    help: 'Put the file of the farm back in git instead and apply that.',
  };
}
