package dlt.backend.cpu;

import dlt.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/// Emitted pointwise code over blocks of images, the elements along the first dimension: [PointwiseLoops] of its own for each block.
final class ImageLoops {
  private final PointwiseLoops[] blocks;
  /// Where a block finds the operand of each slot, as long as nobody moves it.
  private final long[][] addresses;
  /// Null for operands without images.
  private final ImageBlocks.Place[] places;

  /// `shapes`: of the operands of all slots, and maybe another one that loops have to keep apart. `data`: the operands; null for slots
  /// that are moved before each run. `most` and `unit`: as [PointwiseLoops] has them.
  ImageLoops(Target target, VectorCode.Body code, Shape shape, List<Shape> shapes, MemorySegment[] data, long most, long unit, ImageBlocks images) {
    blocks = new PointwiseLoops[images.images().parts()];
    addresses = new long[blocks.length][data.length];
    places = new ImageBlocks.Place[data.length];
    for (int slot = 0; slot < data.length; slot++) {
      if (data[slot] != null && ofImages(shape, shapes.get(slot))) {
        places[slot] = images.place(data[slot]);
      }
    }
    for (int block = 0; block < blocks.length; block++) {
      for (int slot = 0; slot < data.length; slot++) {
        addresses[block][slot] = data[slot] == null ? 0 : places[slot] == null ? data[slot].address() : places[slot].of(block);
      }
      int count = (int) images.images().size(block);
      if (count == images.images().size(0) && block > 0) {
        blocks[block] = new PointwiseLoops(target, blocks[0], addresses[0], addresses[block]);
      } else {
        Nest nest = Nest.of(shape.with(0, count), shapes.stream().map(s -> ofImages(shape, s) ? s.with(0, count) : s).toList());
        blocks[block] = new PointwiseLoops(target, code, new Nest(nest.dims(), nest.strides().subList(0, data.length)), addresses[block], most, unit);
      }
    }
  }

  private static boolean ofImages(Shape shape, Shape operand) {
    return operand.rank() == shape.rank() && operand.dim(0) > 1;
  }

  /// The loops of a block, which find what is near in the calling thread's memory.
  PointwiseLoops here(int block) {
    for (int slot = 0; slot < places.length; slot++) {
      if (places[slot] != null) {
        long at = places[slot].of(block);
        if (at != addresses[block][slot]) {
          blocks[block].move(slot, at - addresses[block][slot]);
          addresses[block][slot] = at;
        }
      }
    }
    return blocks[block];
  }

  /// Elements of the largest part of a block.
  long largestPart() {
    return Arrays.stream(blocks).mapToLong(PointwiseLoops::largestPart).max().orElse(0);
  }

  /// Where the block finds the operand of a slot.
  long address(int block, int slot) {
    return addresses[block][slot];
  }
}
