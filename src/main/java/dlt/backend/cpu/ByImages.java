package dlt.backend.cpu;

/// A step that does the same with each image, the elements along the first dimension of what it reads and leaves, so that it can be done
/// with some of them at a time; what it leaves of all images together is there in the end.
interface ByImages extends Step {
  /// Blocks are of a multiple of [Target#lanes] images; the last one may have fewer.
  Parted by(ImageBlocks blocks);

  /// What is done with group `g` of a [LaneImages], which begins at `from`; what it leaves goes to `to`.
  @FunctionalInterface
  interface Group {
    void run(int g, long from, long to);
  }

  /// A step of such groups. `rows`: of each image.
  static ByImages ofGroups(Target target, int rows, LaneImages in, LaneImages out, Group group) {
    return new ByImages() {
      @Override
      public void run() {
        target.workers().run(in.groups(), g -> group.run(g, in.at(g), out.at(g)));
      }

      @Override
      public Parted by(ImageBlocks blocks) {
        ImageBlocks.Place from = blocks.place(in.data());
        ImageBlocks.Place to = blocks.place(out.data());
        Blocks images = blocks.images();
        return Parted.of(block -> {
          int first = (int) images.from(block) * rows / target.lanes();
          int end = Math.ceilDiv((int) images.to(block) * rows, target.lanes());
          for (int g = first; g < end; g++) {
            group.run(g, from.of(block) + (g - first) * in.bytes(), to.of(block) + (g - first) * out.bytes());
          }
        });
      }
    };
  }
}
