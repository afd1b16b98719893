const tasks = new Set<() => void>();

/** Does something when this process ends by itself or by `process.exit`, until it is taken back. It must not wait. */
export function atExit(task: () => void): () => void {
  if (tasks.size === 0) process.once('exit', doAll);
  tasks.add(task);
  return () => {
    tasks.delete(task);
    if (tasks.size === 0) process.off('exit', doAll);
  };
}

function doAll(): void {
  for (const task of tasks) task();
}
