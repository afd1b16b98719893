import type { Task, TaskCode } from './task.js';
import { DECLARABLE_TASKS, TASKS } from './task.js';
import type { Settings } from './go-flags.js';

/** The flag that turns a task on: by its name, but for DataCid. */
export function flagOf(task: Task & { readonly name: string }): string {
  return task.code === 'DC' ? 'data-cid' : task.name;
}

/**
 * The tasks a worker started with these settings does, always-on ones included.
 * A worker for which none is chosen still does those: it stores sectors.
 * @throws Error for kinds that do not mix. Lotus: cmd/lotus-worker/main.go
 */
export function chosenTasks(settings: Settings): TaskCode[] {
  const said = new Map(
    DECLARABLE_TASKS.map((task) => [task.code, settings.boolean(flagOf(task), task.variable)]),
  );
  const noDefault = settings.boolean('no-default', 'LOTUS_WORKER_NO_DEFAULT') ?? false;
  const posts = DECLARABLE_TASKS.filter((task) => task.kind !== 'sealing' && said.get(task.code) === true);
  const [post] = posts;
  if (post !== undefined) {
    const sealing = DECLARABLE_TASKS.find((task) => task.kind === 'sealing' && said.get(task.code) === true);
    const other = posts[1] ?? sealing;
    if (other !== undefined) {
      throw new Error(`can't set multiple worker types: ${post.name} and ${other.name}`);
    }
    return [post.code];
  }

  const sealing = DECLARABLE_TASKS.filter(
    (task) =>
      task.kind === 'sealing' &&
      task.code !== 'DC' &&
      (said.get(task.code) ?? (!noDefault && task.onByDefault)),
  ).map((task) => task.code);
  if (!noDefault && (said.get('DC') ?? sealing.includes('AP'))) sealing.push('DC');
  return [...sealing, ...TASKS.filter((task) => task.name === undefined).map((task) => task.code)];
}
