/** What of a host's part of the file is edited. */
export interface HostEdit {
  readonly limit: 3 | 4;
  readonly weight: 10 | 11;
  readonly spare: 'unseal' | 'regen-sector-key';
  /** Number of a second, empty path. */
  readonly extra: number;
  readonly state: 'running' | 'stopped';
  /** Whether there is another worker, for PC1. */
  readonly second: boolean;
  /** The folders it has: those of the ones before it stay. */
  readonly installs: number;
  /** How often the first one has been given another name. */
  readonly renamed: number;
  /** How often until the farm was last as its file says. */
  readonly known: number;
}

export const FIRST: HostEdit = {
  limit: 4,
  weight: 10,
  spare: 'unseal',
  extra: 1,
  state: 'running',
  second: false,
  installs: 0,
  renamed: 0,
  known: 0,
};

/** @param part of the file, as the sandbox has it; and the host's folder */
export function hostText(part: string, folder: string, edit: HostEdit): string {
  return withFirst(part, folder, edit) + (edit.second ? secondWorker(part, edit.installs) : '');
}

/** The host with its one worker as edited. */
function withFirst(part: string, folder: string, edit: HostEdit): string {
  const { limit, weight, spare, extra, state, renamed } = edit;
  const tasks = `[addpiece, precommit1, precommit2, commit, ${spare}]`;
  const path = `${folder}/extra-${extra}`;
  return part
    .trimEnd()
    .replace(/ {6}(worker-\d+):\n/, (_, name: string) => nameLines(name, renamed))
    .replace(/profile: \S+/, `state: ${state}\n        tasks: ${tasks}\n        limits: { PC1: ${limit} }`)
    .replace('seal: true, ', `seal: true, weight: ${weight}, `)
    .replace(/ +storage:\n/, `$&          - { path: ${path}, seal: true, weight: 0, mount: any }\n`)
    .concat('\n');
}

function nameLines(name: string, renamed: number): string {
  const named = (times: number): string => (times === 0 ? name : `${name}-${times}`);
  const before = renamed === 0 ? '' : `        renamedFrom: ${named(renamed - 1)}\n`;
  return `      ${named(renamed)}:\n${before}`;
}

/** Another one beside it, with folders and a port of its own. */
function secondWorker(part: string, installs: number): string {
  const [, first = ''] = /^( {6}worker-\d+:\n( {8}.*\n?)+)/m.exec(part) ?? [];
  return first
    .trimEnd()
    .replace(/worker-\d+:/, (name) => `second-${name}`)
    .replace(/profile: \S+/, 'tasks: [precommit1]\n        limits: { PC1: 1 }')
    .replace(/(listen: \S+:)(\d+)/, (_, address: string, port: string) => `${address}${Number(port) + 1}`)
    .replace(/(repo: \S+)/, `$1-second-${installs}`)
    .replace('/seal,', `/seal-second-${installs},`)
    .concat('\n');
}
