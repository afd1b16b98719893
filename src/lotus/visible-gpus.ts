/**
 * The GPUs that CUDA_VISIBLE_DEVICES leaves a process: numbers, or names as `nvidia-smi -L` prints them, up to the first that is none.
 * Undefined for a text of another form.
 */
export function visibleGpus(text: string): readonly (number | string)[] | undefined {
  const words = text.split(',').map((word) => word.trim());
  const end = words.findIndex((word) => word === '' || /^-\d+$/.test(word));
  const chosen = end < 0 ? words : words.slice(0, end);
  if (!chosen.every((word) => /^[A-Za-z0-9/{}+-]+$/.test(word))) return undefined;
  const gpus = chosen.map((word) => (/^(?:0|[1-9]\d{0,5})$/.test(word) ? Number(word) : word));
  return new Set(gpus).size === gpus.length ? gpus : undefined;
}
