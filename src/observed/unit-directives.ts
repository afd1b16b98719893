/**
 * What a unit may say of its process beyond how it is started, and what systemd shows where it does not; the limit on locked memory
 * differs between systems. Source: systemctl(1) show, systemd.exec(5), systemd.resource-control(5).
 */
export const UNSET: ReadonlyMap<string, RegExp> = new Map([
  ['LimitMEMLOCK', /^(?!infinity$)/],
  ['Nice', /^0?$/],
  ['CPUSchedulingPolicy', /^0?$/],
  // Best effort since systemd 249.
  ['IOSchedulingClass', /^[02]?$/],
  ['OOMScoreAdjust', /^0?$/],
  ['IOWeight', /^(?:\[not set\]|18446744073709551615)?$/],
  ['CPUQuotaPerSecUSec', /^(?:infinity|18446744073709551615)?$/],
  ['MemoryHigh', /^(?:infinity|18446744073709551615)?$/],
  ['Slice', /^(?:system\.slice)?$/],
  ['Group', /^$/],
  ['SupplementaryGroups', /^$/],
  ['UMask', /^(?:0022)?$/],
  ['PrivateTmp', /^(?:no)?$/],
  ['ExecStartPre', /^$/],
  ['ExecStartPost', /^$/],
  ['ExecStop', /^$/],
  ['ExecStopPost', /^$/],
  ['OnFailure', /^$/],
]);

/** Those that are written otherwise than they are shown. */
export const PROPERTIES: ReadonlyMap<string, string> = new Map([['CPUQuotaPerSecUSec', 'CPUQuota']]);
