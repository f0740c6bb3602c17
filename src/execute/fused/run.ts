import { assert } from "../../base/assert.ts";
import type { Program, Value } from "../../program/program.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { InputKinds } from "../session.ts";
import { emitNoise, entriesAtOnce } from "./kernels/noise.ts";
import type { Place } from "./layout.ts";
import { emitCopy } from "./emit/copies.ts";
import type { Target } from "./target.ts";
import { words } from "./threads/sync.ts";
import { emitTasks, type Extent, type Task } from "./threads/tasks.ts";
import { shareOf } from "./threads/team.ts";
import { workOfNoise } from "./threads/work.ts";
import { w, type FunctionRef, type Local, type ModuleBuilder } from "./wasm/assembler.ts";

/** Where a run finds what it moves. */
export interface RunPlan {
  readonly program: Program;
  readonly kinds: InputKinds;
  /** Byte addresses of buffers, and a place's first byte. */
  readonly address: readonly number[];
  readonly placeOf: (value: Value) => Place;
  readonly addressOf: (place: Place) => number;
  /** The memory of the buffer that a place is in. */
  readonly extentOf: (place: Place) => Extent;
  readonly inputs: ReadonlyMap<string, { readonly address: number; readonly count: number; readonly place: Place }>;
  readonly feeds: {
    readonly address: number;
    readonly stride: number;
    readonly offsets: ReadonlyMap<string, number>;
  };
  readonly trace: { readonly address: number; readonly names: readonly string[] };
  readonly keys: ReadonlyMap<string, number>;
  /** What a step computes. */
  readonly tasks: readonly Task[];
}

type Ints = Local<"i32">;

/**
 * Writes a run: for each step its feeds, its noise, what it computes, its trace, and unless that is not finite what is
 * carried over to the next. Returns how many steps it did.
 *
 * @param meet  where the threads of a team wait for each other; null for one thread
 */
export function emitRun(
  module: ModuleBuilder,
  t: Target,
  plan: RunPlan,
  meet: FunctionRef<readonly [], readonly []> | null,
): FunctionRef<readonly ["i32", "i32"], readonly ["i32"]> {
  const { team } = t;
  return module.fn("run", ["i32", "i32"], ["i32"], (f, first, steps) => {
    const step = f.local("i32", "step");
    const finite = f.local("i32", "finite");
    f.set(step, 0);
    f.forLoop(step, 0, steps, 1, () => {
      const before = [...feedTasks(plan, t, step), ...noiseTasks(module, plan, t, first, step)];
      const trace = traceTask(plan, t, step, finite);
      emitTasks(f, [...before, ...plan.tasks, trace], team, meet);
      if (meet) {
        f.emit(f.call(meet));
        f.set(finite, w.atomic.load(words.finite));
      }
      f.if(w.i32.eqz(finite), () => f.return(w.i32.add(step, 1)));
      emitTasks(f, carryTasks(module, plan, t), team, meet);
      // the next step may overwrite what a slower thread still carries, and so may the host
      if (meet) f.emit(f.call(meet));
    });
    return steps;
  });
}

function feedTasks({ kinds, inputs, feeds, extentOf }: RunPlan, t: Target, step: Ints): Task[] {
  return kinds.feed.map(({ attributes: { name } }) => {
    const { address: to, count, place } = inputs.get(name)!;
    const offset = feeds.address + feeds.offsets.get(name)!;
    return {
      divided: false,
      reads: [],
      writes: [extentOf(place)],
      emit: (f) => f.memoryCopy(to, w.i32.add(w.i32.mul(step, feeds.stride), offset), count * t.bytes),
    };
  });
}

function noiseTasks(
  module: ModuleBuilder,
  { kinds, inputs, keys, extentOf }: RunPlan,
  t: Target,
  first: Ints,
  step: Ints,
): Task[] {
  return kinds.noise.map(({ attributes: { name, noise = "normal" } }) => {
    const fill = emitNoise(module, noise, t.precision);
    const { address, count, place } = inputs.get(name)!;
    const [key, at] = [keys.get(name)!, w.i32.add(first, step)];
    const { team } = t;
    const writes = [extentOf(place)];
    if (!team || workOfNoise(count, t.precision) < team.least || count <= entriesAtOnce)
      return { divided: false, reads: [], writes, emit: (f) => f.emit(f.call(fill, key, at, address, count, 0)) };
    return {
      divided: true,
      reads: [],
      writes,
      emit: (f) =>
        f.scope(() => {
          const { from, to } = shareOf(f, team, Math.ceil(count / entriesAtOnce));
          const start = f.let(w.i32.mul(from, entriesAtOnce), "start");
          const end = f.let(w.i32.mul(to, entriesAtOnce), "end");
          const own = w.select(w.i32.lt_s(end, count), end, w.i32.const(count));
          const out = w.i32.add(w.i32.mul(start, t.bytes), address);
          f.emit(f.call(fill, key, at, out, w.i32.sub(own, start), w.i32.shr_u(start, 1)));
        }),
    };
  });
}

/** Keeps the traced outputs, and says whether all are finite. */
function traceTask(plan: RunPlan, t: Target, step: Ints, finite: Ints): Task {
  const { program, trace, placeOf, addressOf, extentOf } = plan;
  const places = trace.names.map((name) => placeOf(program.outputs.find((output) => output.name === name)!.value));
  return {
    divided: false,
    reads: places.map(extentOf),
    writes: [],
    emit: (f) => {
      f.set(finite, 1);
      places.forEach((place, i) => {
        const at = addressOf(place);
        const slot = w.i32.add(w.i32.mul(step, places.length * t.bytes), trace.address + i * t.bytes);
        // a number less itself is 0 unless it is infinite or no number
        if (t.precision === "float32") {
          f.emit(w.f32.store(slot, w.f32.load(at)));
          f.set(finite, w.i32.and(finite, w.f32.eq(w.f32.sub(w.f32.load(at), w.f32.load(at)), 0)));
        } else {
          f.emit(w.f64.store(slot, w.f64.load(at)));
          f.set(finite, w.i32.and(finite, w.f64.eq(w.f64.sub(w.f64.load(at), w.f64.load(at)), 0)));
        }
      });
      if (t.team) f.emit(w.atomic.store(words.finite, finite));
    },
  };
}

/** What a step's outputs become for the next: nothing reads what another writes, since outputs have memory of their own. */
function carryTasks(module: ModuleBuilder, plan: RunPlan, t: Target): Task[] {
  const { program, inputs, placeOf, extentOf, address } = plan;
  return program.outputs.flatMap(({ name, carry, value }) => {
    if (carry === null) return [];
    const { shape } = program.equations[value]!;
    const to = inputs.get(carry)!;
    assert(to.count === sizeOf(shape), `${name} has the size of ${carry}`);
    const from = placeOf(value);
    let divided = false;
    const copy = module.fn(`carry_${carry}`, [], [], (f) => {
      divided = emitCopy(f, t, shape, from, to.place, { address }).divided;
    });
    return [
      {
        divided,
        reads: [extentOf(from)],
        writes: [extentOf(to.place)],
        emit: (f) => f.emit(f.call(copy)),
      } satisfies Task,
    ];
  });
}
