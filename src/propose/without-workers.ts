import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { SeenHost, UnseenHost } from './proposal.js';
import type { WrittenOne } from './propose.js';

interface NamedHost {
  readonly name: string;
  readonly host: SeenHost;
}

/** It is in the file, so that the person sees what is left to do. */
export function unreached(name: string, { address, ssh, why }: UnseenHost): WrittenOne {
  const comment = `no worker: it could not be reached (${why.code}), so that nobody knows what it has`;
  return bare(name, { address, ssh }, [comment], [why]);
}

/** They are to be taken into a file as they run. */
export function workersThere({ name, host }: NamedHost): WrittenOne {
  const { length } = host.found.workers;
  const words = length === 1 ? 'a lotus-worker runs' : `${length} lotus-workers run`;
  return bare(
    name,
    host,
    [
      `no worker: ${words} here already, which \`sealfarm import ${host.address}\` prints as ${length === 1 ? 'it is' : 'they are'}`,
    ],
    [
      {
        code: 'SF682',
        severity: 'warning',
        message: `${words} on ${name} already, and get no part in the layout`,
        place: { kind: 'host', host: name },
        help: `Print the file of workers that are there with \`sealfarm import ${host.address}\`.`,
      },
    ],
  );
}

/** Without an address no other worker could fetch from it. */
export function noAddress({ name, host }: NamedHost): WrittenOne {
  return bare(
    name,
    host,
    ['no worker: it is not known under which IP address the others reach it'],
    [
      {
        code: 'SF683',
        severity: 'warning',
        message: `${name} gets no worker: it is not known under which IP address the others reach it`,
        place: { kind: 'host', host: name },
        help: 'Name the host by its IP address instead.',
      },
    ],
  );
}

function bare(
  name: string,
  { address, ssh }: Pick<SeenHost, 'address' | 'ssh'>,
  comments: readonly string[],
  diagnostics: readonly Diagnostic[],
): WrittenOne {
  const written = { address, ...(Object.keys(ssh).length === 0 ? {} : { ssh }) };
  return { name, written, workers: [], comments, notes: { comments, diagnostics } };
}
