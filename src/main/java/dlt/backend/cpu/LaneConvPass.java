package dlt.backend.cpu;

import dlt.backend.cpu.Taps.Tap;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/// A convolution, or its gradient by the images, by [LaneConv]: each part takes as many images as a vector has lanes, moves
/// them into lanes, computes row by row, and moves the results back.
///
/// `rowStep`: kernel rows from one tap of a row to the next, `sourceStep`: source rows likewise; the weights lie at
/// `weightOutput` and `weightChannel` elements from one (result channel, source channel) of a group to the next, and groups
/// at `weightGroup`.
record LaneConvPass(
    ImageShape source, ImageShape result, int groups, List<List<Tap>> rows, List<List<Tap>> columns, int rowStep, int sourceStep,
    int kernelW, long weightOutput, long weightChannel, long weightGroup) {

  static LaneConvPass forward(ConvGeometry g) {
    long weightsOfOutput = (long) g.groupC() * g.kh() * g.kw();
    return new LaneConvPass(g.images(), g.results(), g.groups(), g.rows().pixels(), g.columns().pixels(), 1,
        g.window().dilationH(), g.kw(), weightsOfOutput, (long) g.kh() * g.kw(), g.groupO() * weightsOfOutput);
  }

  static LaneConvPass gradInput(ConvGeometry g) {
    long weightsOfOutput = (long) g.groupC() * g.kh() * g.kw();
    return new LaneConvPass(g.results(), g.images(), g.groups(), g.rows().results(), g.columns().results(), g.rows().tapStep(),
        -g.window().dilationH() * g.rows().tapStep() / g.window().strideH(), g.kw(),
        (long) g.kh() * g.kw(), weightsOfOutput, g.groupO() * weightsOfOutput);
  }

  Step compile(Target target, int images, MemorySegment from, MemorySegment weights, Optional<Epilogue> epilogue, MemorySegment to) {
    if (weights.byteSize() != 4 * groups * weightGroup) {
      throw new IllegalArgumentException(weights.byteSize() + " bytes of weights met " + this);
    }
    int outputs = result.channels() / groups;
    int vector = 4 * target.lanes();
    int[] tile = LaneConv.tile(target.instructionSet(), outputs, result.width());
    int block = tile[0];
    boolean biased = epilogue.isPresent();
    boolean relu = biased && epilogue.get().relu();
    long bias = biased ? epilogue.get().bias().address() : 0;
    Kernel full = kernel(target, block, tile[1], biased, relu);
    Kernel last = outputs % block == 0 ? full : kernel(target, outputs % block, tile[1], biased, relu);
    LaneImages in = LaneImages.source(target, from, images, source.size());
    LaneImages out = LaneImages.result(target, to, images, result.size());
    target.workspace().reserve(in.bytes() + out.bytes());
    long sourceRow = (long) source.width() * vector;
    long sourceGroup = (long) (source.channels() / groups) * source.height() * sourceRow;
    long resultRow = (long) result.width() * vector;
    long resultChannel = result.height() * resultRow;
    long[] firstSource = new long[result.height()];
    long[] firstWeight = new long[result.height()];
    int[] taps = new int[result.height()];
    for (int r = 0; r < result.height(); r++) {
      taps[r] = rows.get(r).size();
      if (taps[r] > 0) {
        firstSource[r] = rows.get(r).getFirst().place() * sourceRow;
        firstWeight[r] = 4L * rows.get(r).getFirst().k() * kernelW;
      }
    }
    return ByImages.ofGroups(target, 1, in, out, (group, first, firstResult) -> target.workspace().use(x -> {
      long y = x + in.bytes();
      in.move(group, first, x);
      for (int r = 0; r < result.height(); r++) {
        for (int g = 0; g < groups; g++) {
          long w = weights.address() + 4 * g * weightGroup + firstWeight[r];
          for (int o = 0; o < outputs; o += block) {
            (o + block <= outputs ? full : last).call(x + g * sourceGroup + firstSource[r], w + 4 * o * weightOutput,
                y + (long) (g * outputs + o) * resultChannel + r * resultRow, taps[r], bias + 4L * (g * outputs + o), 0);
          }
        }
      }
      out.move(group, firstResult, y);
    }));
  }

  private Kernel kernel(Target target, int outputs, int tile, boolean biased, boolean relu) {
    int vector = 4 * target.lanes();
    long sourceRow = (long) source.width() * vector;
    return new LaneConv(outputs, tile, source.channels() / groups, columns, source.height() * sourceRow, sourceStep * sourceRow,
        4 * weightChannel, 4L * rowStep * kernelW, 4 * weightOutput, (long) result.height() * result.width() * vector, biased, relu).compile(target);
  }
}
