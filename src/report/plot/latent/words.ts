import { ink, type Axis, type Layer } from "../spec.ts";

/** A word and where it stands. */
export interface Word {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly colour: string;
}

/** The highest of some places, with a name above it; nothing where there are none. */
export function named(label: string, places: readonly { readonly x: number; readonly y: number }[]): readonly Word[] {
  const [first, ...others] = places;
  if (!first) return [];
  const { x, y } = others.reduce((best, at) => (at.y > best.y ? at : best), first);
  return [{ x, y, text: label, colour: ink }];
}

/** Words with a white edge, so that they can be read on anything: bold in the middle of a place, else above it. */
export function written(words: readonly Word[], x: Axis, y: Axis, weight: "bold" | "normal"): Layer {
  const [fontSize, dy] = weight === "bold" ? [20, 0] : [12, -9];
  const text = { field: "text", type: "nominal" } as const;
  const mark = { type: "text", fontSize, fontWeight: weight, dy, clip: true } as const;
  const edge = { stroke: "#ffffff", strokeWidth: 3, strokeOpacity: 0.85, strokeJoin: "round" } as const;
  return {
    data: { values: [...words] },
    layer: [
      { mark: { ...mark, ...edge, aria: false }, encoding: { x, y, text } },
      { mark, encoding: { x, y, text, color: { field: "colour", type: "nominal", scale: null } } },
    ],
  };
}
