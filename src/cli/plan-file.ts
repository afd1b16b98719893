import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { lstat, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { PlanJson } from '../view/plan.js';
import type { SavedPlan } from '../view/saved-plan.js';
import { readText, whyUnreadable } from './read-text.js';

/** bytes; the plan of a thousand hosts takes some 2 MiB */
const MOST_BYTES = 64 * 2 ** 20;

/** Why no plan is saved under a name: SF615 for what is no regular file, and for the farm's own. @param config the farm's file */
export async function keptFromPlan(file: string, config: string): Promise<Diagnostic | undefined> {
  if (file === '-') return noPlace('a saved plan is a file, and - is none');
  const there = await stat(file).catch(() => undefined);
  if (there === undefined) {
    const link = await lstat(file).catch(() => undefined);
    return link === undefined ? undefined : noPlace(`${file} is a link that leads nowhere`);
  }
  if (!there.isFile()) return noPlace(`${file} is no regular file`);
  const own = await stat(config).catch(() => undefined);
  return own?.dev === there.dev && own.ino === there.ino
    ? noPlace(`${file} is the farm's own file`)
    : undefined;
}

function noPlace(why: string): Diagnostic {
  return {
    code: 'SF615',
    severity: 'error',
    message: `the plan cannot be saved there: ${why}`,
    help: 'Name another file, as in `sealfarm plan --out plan.json`; `--json` prints a plan.',
  };
}

/** Whole or not at all: a reader never finds half of it. A link still leads to it. Fails with SF624. */
export async function writePlanFile(file: string, plan: SavedPlan): Promise<Result<undefined>> {
  const target = await realpath(file).catch(() => file);
  const temporary = `${target}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify(plan, null, 2)}\n`, { flag: 'wx' });
    await rename(temporary, target);
    return success(undefined);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    return failure({
      code: 'SF624',
      severity: 'error',
      message: `the plan cannot be saved to ${file}: ${whyUnwritable(error)}`,
      help: 'Name a file in a folder that is there and can be written to. Nothing was changed on the hosts.',
    });
  }
}

/** Fails with SF622 for what is no saved plan of this format. */
export async function readPlanFile(file: string): Promise<Result<SavedPlan>> {
  let value: unknown;
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES) return notAPlan(file, `it has ${Math.round(size / 2 ** 20)} MiB`);
    value = JSON.parse(await readText(file, MOST_BYTES));
  } catch (error) {
    return notAPlan(file, error instanceof SyntaxError ? 'it is no JSON' : whyUnreadable(error));
  }
  const version =
    typeof value === 'object' && value !== null && 'formatVersion' in value ? value.formatVersion : 1;
  if (version !== 1) return notAPlan(file, `it has the format version ${String(version)}, this is 1`);
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const ajv = new Ajv2020({ strict: true });
  const isPlan = ajv.compile<PlanJson & Partial<SavedPlan>>(planSchema());
  if (!isPlan(value)) {
    const [error] = isPlan.errors ?? [];
    return notAPlan(file, `${error?.instancePath || 'it'} ${error?.message ?? ''}`);
  }
  const { made, seal } = value;
  // Without them nobody can tell whether it still holds.
  if (made === undefined || seal === undefined) return notAPlan(file, 'it was printed, and not saved');
  return success({ ...value, made, seal });
}

export function planSchema(): Readonly<Record<string, unknown>> {
  const text = readFileSync(new URL('../../schemas/plan.schema.json', import.meta.url), 'utf8');
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

function notAPlan(file: string, why: string): Result<never> {
  const diagnostic: Diagnostic = {
    code: 'SF622',
    severity: 'error',
    message: `${file} is no saved plan: ${why}`,
    help: 'Make one with `sealfarm plan --out FILE`, by the same version of sealfarm that applies it.',
  };
  return failure(diagnostic);
}

function whyUnwritable(error: unknown): string {
  const why = whyUnreadable(error);
  return why === 'there is no such file' ? 'there is no such folder' : why;
}
