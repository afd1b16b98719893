import { USER_VARIABLE } from '../desired/worker-env.js';
import type { DesiredWorker } from '../desired/desired.js';
import type { ObservedHost, ObservedProcess, ObservedWorker } from '../observed/observed.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Findings } from './worker-context.js';

/** What keeps a host from starting the worker as it is declared; then nothing of the worker is touched. */
export function planStanding(desired: DesiredWorker, host: ObservedHost): Findings | undefined {
  const observed = host.workers.get(desired.name);
  const found =
    observed === undefined
      ? undefined
      : (troubleOf(desired, observed) ?? otherUser(desired, observed, host.sshUser));
  if (found === undefined) return undefined;
  const place = { kind: 'host', host: desired.host, worker: desired.name } as const;
  return { steps: [], diagnostics: [{ severity: 'error', place, ...found }] };
}

type Trouble = Pick<Diagnostic, 'code' | 'message' | 'help'>;

function troubleOf(
  { name, host, user = '' }: DesiredWorker,
  { standing }: ObservedWorker,
): Trouble | undefined {
  if (standing === undefined) return undefined;
  const { lacking, denied } = standing;
  if (standing.user === 'absent') {
    return {
      code: 'SF518',
      message: `${name} shall run as ${user}, and ${host} has no such user`,
      help: `Make it there (useradd --system --create-home ${user}), or correct \`user\`.`,
    };
  }
  if (lacking.length > 0) {
    return {
      code: 'SF518',
      message: `${name} needs ${lacking.join(' and ')}, which ${host} does not have`,
      help: `Install ${lacking.join(' and ')} there, or take the setting out that needs it.`,
    };
  }
  if (standing.user === 'barred') {
    return {
      code: 'SF518',
      message: `${name} shall run as ${user}, and the SSH user of ${host} can start nothing as ${user}`,
      help: `Log in as root or as ${user}, or set \`ssh: { sudo: true }\`; root needs setpriv as util-linux has it.`,
    };
  }
  if (denied.length === 0) return undefined;
  return {
    code: 'SF519',
    message: `${name} shall run as ${user}, who cannot use ${denied.join(', ')}`,
    help: `Give it to that user on ${host}, such as by chown -R ${user}: …; sealfarm changes no owner of what is there.`,
  };
}

/**
 * Until it is stopped, the old user makes files among those of sectors that the new one could not finish. Whether an SSH
 * user that nobody named can use what another one made is not looked at, so that it takes over nothing.
 */
function otherUser(
  { name, user, storage, files }: DesiredWorker,
  { process, storage: seen }: ObservedWorker,
  sshUser: string | undefined,
): Trouble | undefined {
  if (process === undefined) return undefined;
  const named = process.told?.user ?? process.environ.get(USER_VARIABLE)?.reveal();
  const usual = (manager: ObservedProcess['manager']): string | undefined =>
    manager === 'systemd' ? 'root' : sshUser;
  const [from, to] = [named ?? usual(process.manager), user ?? usual(files.serviceManager)];
  if (from === undefined || to === undefined || from === to) return undefined;
  // Root can finish what others began.
  if ((named === undefined || process.told !== undefined) && user === undefined && to === 'root')
    return undefined;
  const whom = files.serviceManager === 'process' && user === undefined ? `${to}, the SSH user` : to;
  const sealing = storage.filter(({ settings }) => settings.CanSeal);
  const held = sealing.find(({ path }) => (seen.get(path)?.entries.length ?? 0) > 0);
  const help = `Drain it first (sealfarm drain ${name}), give its folders to the other user, and resume it`;
  if (held !== undefined) {
    return {
      code: 'SF519',
      message: `${name} runs as ${from}, the file says ${whom}, and ${held.path} holds sectors that it works on`,
      help: `${help}.`,
    };
  }
  if (user !== undefined || to === 'root') return undefined;
  return {
    code: 'SF519',
    message: `${name} runs as ${from}; as the file has it, it would run as ${whom}, who cannot use what ${from} made`,
    help: `${help}; or have root start it, by \`ssh: { sudo: true }\`.`,
  };
}
