/** A folder that all hosts of the lab share, as over NFS. */
export const SHARED = '/mnt/shared';

/**
 * The lab's farm with a layout of storage on each host. `plain` feeds `sudo` through its group, `slow` keeps its sectors to
 * itself, `inner` has no groups, `closed` has none and two workers, and `process` seals in the folder that all share.
 */
export function manyLayouts(text: string): string {
  return withSecondWorker(withoutGroups(withoutGroups(text, 'inner'), 'closed')).replace(
    '{ path: /mnt/seal, seal: true, groups: [process]',
    `{ path: ${SHARED}, seal: true, groups: [process]`,
  );
}

function withoutGroups(text: string, host: string): string {
  return text
    .replace(`, groups: [${host}], allowTo: [${host}] }`, ' }')
    .replace(new RegExp(`^ {2}${host}: \\{\\}\n`, 'm'), '');
}

/** On `closed`, for the first two tasks alone. */
function withSecondWorker(text: string): string {
  const first = /^ {6}worker-closed:\n(?: {8}.*\n)+/m.exec(text)?.[0] ?? '';
  const second = first
    .replace('worker-closed:', 'worker-more:')
    .replace('profile: all', 'profile: feeder')
    .replace(':3456', ':3457')
    .replace('path: /mnt/seal, seal: true', 'path: /mnt/more, seal: true, mount: any');
  return text.replace(first, first + second);
}
