import type { Pausable } from "../base/turns.ts";
import type { Evaluation, Programs } from "../lower/programs.ts";
import type { Plan } from "../plan/plan.ts";
import type { Program } from "../program/program.ts";
import { sizeOf } from "../tensor/shape.ts";

/** How draws are taken piece by piece, so that memory does not grow with their number nor with the data. */
export interface Chunks {
  readonly evaluation: Evaluation;
  /** Draws at a time, and times. */
  readonly draws: number;
  readonly drawChunks: number;
  /** Times to go through the data, `rows` of each minibatched plate at a time; 1 when they are all taken at once. */
  readonly rowChunks: number;
}

/** A few draws of everything: what an evaluation costs, and what it needs to run on, is read off their program. */
export const smallEvaluation = { draws: 8, rows: null };

/** Entries of all tensors of one program together: 160 MB of 64-bit floats if none were freed before the end. */
const largestProgram = 2e7;
/** With fewer draws than this at once, the data are split first. */
const drawsBeforeRows = 256;
/** Entries of the draws that are held to judge and summarise one chunk of rows. */
const largestHeld = 4e6;

/**
 * Chooses the pieces.
 *
 * @param draws  for each datum
 * @param held   of these, how many are held at once to be judged and summarised
 */
export function* chunkDraws(programs: Programs, draws: number, held: number): Pausable<Chunks> {
  const data = largestPlate(programs);
  const heldEntries = data === null ? 0 : perDatumValues(programs, data) * held * data;
  const whole = programs.evaluation({ draws, rows: null });
  yield;
  if (entries(whole.program) <= largestProgram && heldEntries <= largestHeld)
    return { evaluation: whole, draws: whole.draws, drawChunks: 1, rowChunks: 1 };

  const size = (count: number): number => entries(programs.evaluation({ draws: count, rows: null }).program);
  const few = smallEvaluation.draws;
  const small = size(few);
  yield;
  const perDraw = Math.max(1, (size(2 * few) - small) / few);
  const fixed = Math.max(0, small - few * perDraw);
  yield;

  let rows: number | null = null;
  if (data !== null) {
    const needed = fixed + perDraw * Math.min(draws, drawsBeforeRows);
    const parts = Math.max(needed / largestProgram, heldEntries / largestHeld);
    if (parts > 1) rows = Math.max(1, Math.floor(data / parts));
  }
  const share = rows === null || data === null ? 1 : rows / data;
  const atOnce = Math.max(1, Math.floor((largestProgram - fixed * share) / (perDraw * share)));
  const drawChunks = Math.ceil(draws / Math.min(draws, atOnce));
  const evaluation = programs.evaluation({ draws: Math.ceil(draws / drawChunks), rows });
  return {
    evaluation,
    draws: evaluation.draws,
    drawChunks,
    rowChunks: Math.max(1, ...evaluation.minibatches.map((m) => Math.ceil(m.size / m.rows))),
  };
}

function entries(program: Program): number {
  return program.equations.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/**
 * Size of the largest outermost plate of the local blocks, when every block is local and every value stands inside
 * one of their plates: only then are data independent of each other, and may be taken a few at a time.
 */
function largestPlate({ guide, numbers, model }: Plan): number | null {
  if (guide.blocks.length === 0 || guide.blocks.some(({ plates }) => plates.length === 0)) return null;
  const outer = new Set(guide.blocks.flatMap(({ plates }) => plates.slice(0, 1)));
  const mixes = model.nodes.some((node) => node.kind === "let" && !outer.has(node.plates[0] ?? ""));
  if (mixes) return null;
  const sizes = model.plates.filter(({ id }) => outer.has(id)).map(({ size }) => numbers.size(size));
  return Math.max(1, ...sizes);
}

/** Numbers held for one draw of one datum: the latents, and what they weigh. */
function perDatumValues({ guide }: Plan, data: number): number {
  return data === 0 ? 0 : guide.blocks.reduce((sum, { dimension }) => sum + dimension + 4, 0);
}
