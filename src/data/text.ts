import { bounds } from "../base/bounds.ts";
import { inBytes } from "../base/bytes.ts";
import { withInput, type Note } from "./open.ts";
import { collected, type Bytes } from "./stream.ts";

type Text = { readonly text: string } | { readonly problem: string };

/** The text of a file, or why there is none, in words: what has more than `most` bytes is refused. */
export async function readTextWithin(most: number, path: string, note?: Note): Promise<Text> {
  const read = await withInput(path, ({ bytes }) => textWithin(most, bytes), note);
  return "unread" in read ? { problem: read.unread } : read;
}

/** The text of a model, or of options: such texts are short. */
export function readShortText(path: string, note?: Note): Promise<Text> {
  return readTextWithin(bounds.textBytes, path, note);
}

/** The same of a stream. */
export function shortText(bytes: Bytes): Promise<Text> {
  return textWithin(bounds.textBytes, bytes);
}

async function textWithin(most: number, bytes: Bytes): Promise<Text> {
  const all = await collected(bytes, most);
  if (all === null) return { problem: `it has more than ${inBytes(most)}` };
  return { text: Buffer.from(all).toString("utf8") };
}
