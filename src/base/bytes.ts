const units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"] as const;

/** An amount of memory or of text, to three digits, in decimal units (SI): "812 kB", "12.1 MB". */
export function inBytes(amount: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, amount)) / 3)));
  const value = amount / 1000 ** power;
  return value < 1e6 ? `${Number(value.toPrecision(3))} ${units[power]}` : "a million EB";
}
