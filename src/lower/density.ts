import { overData } from "../objective/write.ts";
import { axesOf, type Block } from "../guide/guide.ts";
import type { Context } from "../joint/context.ts";
import { drawAll, faithful, type BlockSample } from "../objective/sample.ts";
import type { Plan } from "../plan/plan.ts";
import { elementwise, reduceAxes, spread, type Named } from "../program/named.ts";
import type { Program } from "../program/program.ts";
import { draft } from "./draft.ts";
import { inputName } from "../program/names.ts";

/** `log_q` and `log_joint` at given points, for all data at once. */
export function densityProgram(plan: Plan, points: number): Program {
  const { guide } = plan;
  const { b, context } = draft(plan, { samples: () => points });
  const { order } = context;
  // one axis of points, the outside block's: a local block below a global one moves with it
  const [outside] = guide.blocks;
  const along = outside ? axesOf(outside).draw : "";
  const given = (block: Block): Named => {
    const axes = order.axes.filter((axis) => axis === along || block.plates.includes(axis));
    const value = b.input(inputName.points(block.id), [...axes.map(order.size), block.dimension], "data");
    return { value, axes, rank: 1 };
  };
  const level = drawAll(context, guide, faithful, () => points, given);
  const drawn = [level.global, ...level.locals].filter((part) => part !== null);
  const zero: Named = { value: b.constant(0), axes: [], rank: 0 };
  const total = (pick: (part: BlockSample) => readonly Named[]): Named =>
    drawn
      .flatMap((part) => pick(part).map((term) => overData(context, part.block, collapsed(context, part, term))))
      .reduce((sum, term) => elementwise(b, order, [sum, term], b.add), zero);
  const out = (name: string, term: Named): void =>
    b.output(name, b.broadcast(spread(b, term, along ? [along] : []), along ? [points] : []));
  const logJoint = total((part) => [part.logLikelihood, part.logPrior]);
  out(
    "log_q",
    total((part) => [part.logQ]),
  );
  out("log_joint", level.rest ? elementwise(b, order, [logJoint, level.rest], b.add) : logJoint);
  return b.finish();
}

/** Without the component axis, which has one entry here. */
function collapsed({ b }: Context, { block }: BlockSample, term: Named): Named {
  return reduceAxes(term, [axesOf(block).component], b.sum);
}
