import type { CstNode, IToken } from "chevrotain";
import { present } from "../base/assert.ts";
import type { Span } from "../diagnostics/span.ts";

/** Chevrotain's end offsets name the last character; spans end after it. */
export const spanOfToken = (token: IToken): Span => ({
  start: token.startOffset,
  end: token.startOffset + token.image.length,
});

/** Where a node of the concrete tree stands, from its first token to the end of its last. */
export function spanOfNode(node: CstNode): Span {
  const { startOffset, endOffset } = present(node.location, "the place of a syntax node");
  return { start: startOffset, end: present(endOffset, "the end of a syntax node") + 1 };
}
