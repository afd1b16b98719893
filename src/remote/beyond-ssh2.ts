import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { BeyondSsh2, Endpoint } from './endpoint.js';
import { readHostKeyCheck } from './host-key.js';
import { publicKeyOf } from './key-file.js';
import { keyType, type KnownHost } from './known-hosts.js';
import type { OperatorFiles } from './operator-files.js';

/**
 * All on the way to a machine that ssh2 cannot do: what ssh_config asks for, and what the files show. A certificate
 * that lies beside a key is taken by `ssh` unasked, so it counts as asked for.
 */
export async function findBeyondSsh2(endpoint: Endpoint, files: OperatorFiles): Promise<readonly string[]> {
  const { via, name } = endpoint;
  const before = via?.kind === 'jump' ? await findBeyondSsh2(via.endpoint, files) : [];
  const shown = await Promise.all([shownByKeys(endpoint, files), shownByKnownHosts(endpoint, files)]);
  const own = [...endpoint.beyondSsh2, ...shown.flat()];
  const words = own.map(
    ({ need, shownBy }) => `${need === 'GSSAPI' ? '' : 'a '}${need} for ${name} (${shownBy})`,
  );
  return [...before, ...words];
}

/** Says that the system's `ssh` is used though nobody has written that. */
export function chosenFor(host: string, needs: readonly string[]): Diagnostic {
  return {
    code: 'SF418',
    severity: 'note',
    message: `reached by the system's \`ssh\`, as ssh2 cannot do what it takes: ${needs.join('; ')}`,
    place: { kind: 'host', host },
    help: 'Write `ssh.transport: openssh` to make it so for good, or `ssh2` where a plain key is let in as well.',
  };
}

async function shownByKeys({ keys }: Endpoint, files: OperatorFiles): Promise<readonly BeyondSsh2[]> {
  const shownBy = async (paths: readonly string[]): Promise<readonly BeyondSsh2[]> =>
    (await Promise.all(paths.map((path) => files.beyondSsh2.of(path)))).flat();
  const own = await shownBy(keys.files);
  const [usual] = keys.files;
  if (keys.named || usual === undefined) return own;
  const found = await Promise.all(keys.files.map((path) => files.keys.of(path)));
  if (found.some(({ kind }) => kind !== 'missing')) return own;
  // ssh has these in its list, too.
  const tokens = ['id_ed25519_sk', 'id_ecdsa_sk'].map((file) => join(dirname(usual), file));
  return shownBy(tokens);
}

/** What a key file, or one beside it, takes more than ssh2. */
export async function shownByKey(file: string): Promise<readonly BeyondSsh2[]> {
  const key = await publicKeyOf(file);
  if (key === undefined) return [];
  const certificate = `${file}-cert.pub`;
  return [
    ...((await exists(certificate)) ? [{ need: 'certificate', shownBy: certificate } as const] : []),
    ...(keyType(key)?.startsWith('sk-') === true ? [{ need: 'security key', shownBy: file } as const] : []),
  ];
}

/** Each entry is held against the host only where it can matter: there may be many of both. */
async function shownByKnownHosts(endpoint: Endpoint, files: OperatorFiles): Promise<readonly BeyondSsh2[]> {
  const written = endpoint.hostKeys.files.map((file) => files.knownHosts.of(file).catch(() => []));
  const isAuthority = ({ marker }: KnownHost): boolean => marker === 'cert-authority';
  if (!(await Promise.all(written)).some((entries) => entries.some(isAuthority))) return [];
  const check = await readHostKeyCheck(endpoint, files);
  if (!check.ok || !check.value.needsCertificate) return [];
  return [{ need: 'host certificate', shownBy: '@cert-authority in known_hosts' }];
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

const MOST_NOTES = 3;

/** Of all notes on hosts those of `chosenFor`; of many hosts that there are so many. */
export function chosenWays(notes: readonly Diagnostic[]): readonly Diagnostic[] {
  const chosen = notes.filter(({ code }) => code === 'SF418');
  if (chosen.length <= MOST_NOTES) return chosen;
  const message = `${chosen.length} hosts are reached by the system's ssh, as ssh2 cannot do what it takes`;
  return [{ code: 'SF418', severity: 'note', message, help: '`sealfarm doctor` says why, host by host.' }];
}
