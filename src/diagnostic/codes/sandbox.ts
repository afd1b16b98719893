import type { BareCodes } from '../code-facts.js';

export const SANDBOX_CODES = {
  SF701: { title: 'sandbox not running' },
  SF702: { title: 'sandbox already running' },
  SF703: { title: 'sandbox did not start' },
} as const satisfies BareCodes;
