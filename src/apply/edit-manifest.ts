import { failure, success, type Result } from '../diagnostic/result.js';
import type { HostLayout } from '../host/layout.js';
import { formatManifest, type Manifest } from '../host/manifest.js';
import type { ObservedHost } from '../observed/observed.js';
import type { ApplyContext } from './context.js';
import { oneAtATime } from './one-at-a-time.js';
import { runScript } from './run-script.js';
import { writeFileScript } from './scripts.js';
import { Secret } from '../secret/secret.js';

/** The lock keeps others away, but for those who know nothing of it. */
const TRIES = 5;

/**
 * Changes a host's manifest as it is now, and gives the host as it was seen right before. `change` gives undefined where
 * nothing is to be changed. Fails with SF601 where somebody else changes it all the time.
 */
export function editManifest(
  context: ApplyContext,
  host: string,
  layout: HostLayout,
  change: (manifest: Manifest) => Manifest | undefined,
): Promise<Result<ObservedHost>> {
  return oneAtATime(context, host, () => edit(context, host, layout, change));
}

async function edit(
  context: ApplyContext,
  host: string,
  { manifest: path, backups, written: record }: HostLayout,
  change: (manifest: Manifest) => Manifest | undefined,
): Promise<Result<ObservedHost>> {
  for (let tries = 1; ; tries += 1) {
    const seen = await lookAt(context, host);
    if (!seen.ok) return seen;
    const { manifest, manifestSha256 } = seen.value;
    const after = manifest === undefined ? undefined : change(manifest);
    if (after === undefined) return seen;
    const content = new Secret(formatManifest(after));
    const replaces = manifestSha256 === undefined ? {} : { replaces: manifestSha256 };
    const script = writeFileScript({ path, mode: 'keep', content, backups, written: record, ...replaces });
    const written = await runScript(context, { host, what: `write ${path}` }, script);
    if (written.ok) return seen;
    if (written.diagnostic.code !== 'SF601' || tries === TRIES) return written;
  }
}

async function lookAt(context: ApplyContext, name: string): Promise<Result<ObservedHost>> {
  const { observation } = await context.observe([name]);
  const host = observation.hosts.get(name);
  if (host === undefined) throw new Error(`${name} was not observed`);
  if (!host.reached) return failure(host.diagnostic);
  const problem = host.problems.find(({ severity }) => severity === 'error');
  return problem === undefined ? success(host) : failure(problem);
}
