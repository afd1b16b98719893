import { EXIT } from './exit-code.js';

/**
 * The first Ctrl-C, SIGTERM or loss of the terminal asks the command to come to an end in good order; a second one of the
 * first two ends it at once.
 */
export function interruptSignal(onFirst: () => void): {
  readonly signal: AbortSignal;
  readonly dispose: () => void;
} {
  const controller = new AbortController();
  const dispose = onInterrupt((name) => {
    const again = controller.signal.aborted;
    // A terminal that goes away may say so several times; nobody asked for haste.
    if (again && name === 'SIGHUP') return;
    if (again) process.exit(EXIT.interrupted);
    controller.abort();
    onFirst();
  });
  return { signal: controller.signal, dispose };
}

/** Any of the signals ends the command at once: for what only looks, and has nothing to bring to an end. */
export function endOnInterrupt(): () => void {
  return onInterrupt(() => {
    // The prompt does not come behind a half line.
    if (process.stderr.isTTY) process.stderr.write('\n');
    process.exit(EXIT.interrupted);
  });
}

/** Ctrl-C, what ends services and jobs, and a terminal that goes away, as an SSH session that breaks. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function onInterrupt(handler: (name: NodeJS.Signals) => void): () => void {
  for (const signal of SIGNALS) process.on(signal, handler);
  return () => {
    for (const signal of SIGNALS) process.off(signal, handler);
  };
}
