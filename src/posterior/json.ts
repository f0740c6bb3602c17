/**
 * JSON has no NaN and no infinities: they are written as the words "NaN", "Infinity" and "-Infinity". A text that is such a
 * word by itself, the name of a site perhaps, has an apostrophe in front.
 */
export function encodeJson(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_, entry: unknown) => {
      if (typeof entry === "number" && !Number.isFinite(entry)) return String(entry);
      return typeof entry === "string" && /^'*(NaN|-?Infinity)$/.test(entry) ? `'${entry}` : entry;
    },
    1,
  );
  return `${joinNumbers(text)}\n`;
}

/** JSON for others to read: a number that is not finite is null there. Ends with a newline. */
export function plainJson(value: unknown): string {
  return `${joinNumbers(JSON.stringify(value, null, 1))}\n`;
}

/** Reads what `encodeJson` writes; null when the text is not JSON. */
export function decodeJson(text: string): unknown {
  try {
    return JSON.parse(text, (_, entry: unknown) => {
      if (typeof entry !== "string" || !/^'*(NaN|-?Infinity)$/.test(entry)) return entry;
      return entry.startsWith("'") ? entry.slice(1) : Number(entry);
    });
  } catch {
    return null;
  }
}

/** Puts an array of numbers on one line, for people. */
function joinNumbers(text: string): string {
  return text.replace(
    /\[\s+((?:-?[\d.e+-]+|null|"NaN"|"-?Infinity")(?:,\s+(?:-?[\d.e+-]+|null|"NaN"|"-?Infinity"))*)\s+\]/g,
    (_, inner: string) => `[${inner.replace(/,\s+/g, ", ")}]`,
  );
}
