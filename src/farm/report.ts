import type { Finding } from '../config/finding.js';

/** Takes a finding, so that reading can go on and say everything at once. */
export type Report = (finding: Finding) => void;
