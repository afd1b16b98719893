/** A folder that all hosts of the lab share, as over NFS. */
export const SHARED = '/mnt/shared';

/**
 * The lab's farm with a layout of storage on each host. `plain` feeds `sudo` through its group, `slow` keeps its sectors to
 * itself, `inner` has no groups, `closed` has none and two workers, and `process` seals in the folder that all share.
 */
export function manyLayouts(text: string): string {
  return put(
    withSecondWorker(withoutGroups(withoutGroups(text, 'inner'), 'closed')),
    '{ path: /mnt/seal, seal: true, groups: [process]',
    `{ path: ${SHARED}, seal: true, groups: [process]`,
  );
}

function withoutGroups(text: string, host: string): string {
  return put(put(text, `, groups: [${host}], allowTo: [${host}] }`, ' }'), `\n  ${host}: {}\n`, '\n');
}

/** On `closed`, for the first two tasks alone. */
function withSecondWorker(text: string): string {
  const first = /^ {6}worker-closed:\n(?: {8}.*\n)+/m.exec(text)?.[0] ?? '';
  const changes = [
    ['worker-closed:', 'worker-more:'],
    ['profile: all', 'profile: feeder'],
    [':3456', ':3457'],
    ['path: /mnt/seal, seal: true', 'path: /mnt/more, seal: true, mount: any'],
  ] as const;
  return put(text, first, first + changes.reduce((worker, [from, to]) => put(worker, from, to), first));
}

/** Throws where the text has it not: what is drained then would be another layout than is said. */
function put(text: string, from: string, to: string): string {
  if (from === '' || !text.includes(from)) throw new Error(`the lab's file does not say ${from}`);
  return text.replace(from, to);
}
