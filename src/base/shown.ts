import { thrownText } from "./thrown.ts";

/** What stands for a property whose getter threw. */
export class Thrown {
  readonly words: string;

  constructor(thrown: unknown) {
    this.words = thrownText(thrown);
  }
}

/** An object that holds entries by name: no list, no array of numbers, no `Map`. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  try {
    return typeof value === "object" && value !== null && Object.prototype.toString.call(value) === "[object Object]";
  } catch {
    return false;
  }
}

const [mostCharacters, mostItems] = [40, 8];

/** Any value in few words, as a message shows it. No code of its own is run, but for getters, which may throw. */
export function shownValue(value: unknown): string {
  try {
    return shown(value);
  } catch (error) {
    return `something that throws ${thrownText(error)}`;
  }
}

function shown(value: unknown): string {
  if (typeof value === "string") return `"${short(value)}"`;
  if (typeof value === "bigint") return `${short(String(value))}n`;
  if (typeof value === "symbol") return "a symbol";
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Thrown) return `something that throws ${short(value.words)}`;
  if (Array.isArray(value))
    return `[${listed(
      Array.from({ length: Math.min(mostItems, value.length) }, (_, i) => item(value[i])),
      value.length,
    )}]`;
  if (ArrayBuffer.isView(value)) return "a typed array";
  const keys = Object.keys(value);
  const entries = keys
    .slice(0, mostItems)
    .map((key) => `${short(key)}: ${item((value as Record<string, unknown>)[key])}`);
  return keys.length === 0 ? "an object" : `{ ${listed(entries, keys.length)} }`;
}

/** What stands inside something else: what is inside of that is not shown. */
function item(value: unknown): string {
  if (Array.isArray(value)) return "[...]";
  return typeof value === "object" && value !== null ? "{ ... }" : shown(value);
}

const listed = (parts: readonly string[], count: number): string =>
  [...parts, ...(count > parts.length ? ["..."] : [])].join(", ");

const short = (text: string): string => (text.length > mostCharacters ? `${text.slice(0, mostCharacters)}...` : text);
