import type { LayoutCheck } from './layout.js';

/** Where sectors can go: groups, paths, tasks, network. */
export const ROUTE_CHECKS: readonly LayoutCheck[] = [];
