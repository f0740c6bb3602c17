/** An option's value read from its text, or what was expected instead, in words. */
export type Read<T> = { readonly value: T } | { readonly expected: string; readonly choices?: readonly string[] };

/** How one option's text becomes a value. */
export type Reader<T> = (text: string) => Read<T>;

export function choice<const T extends string>(...choices: readonly T[]): Reader<T> {
  const listed = choices.map((one) => `\`${one}\``);
  const expected = listed.length === 1 ? listed[0]! : `${listed.slice(0, -1).join(", ")} or ${listed.at(-1)}`;
  return (text) => ((choices as readonly string[]).includes(text) ? { value: text as T } : { expected, choices });
}

export const anyText: Reader<string> = (text) => ({ value: text });

/** A whole number of at least `least`. */
export function whole(least: number): Reader<number> {
  return (text) => {
    const value = number(text);
    return Number.isSafeInteger(value) && value >= least
      ? { value }
      : { expected: `a whole number of at least ${least}` };
  };
}

/** A real number that `holds`. */
export function real(expected: string, holds: (value: number) => boolean): Reader<number> {
  return (text) => {
    const value = number(text);
    return Number.isFinite(value) && holds(value) ? { value } : { expected };
  };
}

export const positive = real("a number above 0", (value) => value > 0);
export const nonnegative = real("a number of at least 0", (value) => value >= 0);
export const anyNumber = real("a number", () => true);

/** `100,100`; an empty text is the empty list. */
export function list<T>(item: Reader<T>, expected: string): Reader<readonly T[]> {
  return (text) => {
    const parts = text.trim() === "" ? [] : text.split(",").map((part) => item(part.trim()));
    return every(parts, expected);
  };
}

/** `n=32,m=8` */
export function named(item: Reader<number>, expected: string): Reader<Readonly<Record<string, number>>> {
  return (text) => {
    const entries: [string, number][] = [];
    for (const part of text.split(",").filter((one) => one.trim() !== "")) {
      const [, name, value] = /^\s*([A-Za-z_]\w*)\s*=(.*)$/s.exec(part) ?? [];
      const read = value === undefined ? null : item(value.trim());
      if (name === undefined || read === null || !("value" in read)) return { expected };
      entries.push([name, read.value]);
    }
    return { value: Object.fromEntries(entries) };
  };
}

function every<T>(parts: readonly Read<T>[], expected: string): Read<readonly T[]> {
  const values: T[] = [];
  for (const part of parts) {
    if (!("value" in part)) return { expected };
    values.push(part.value);
  }
  return { value: values };
}

/** NaN for anything that is not a plain decimal number: no hex, no empty text. */
function number(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
}
