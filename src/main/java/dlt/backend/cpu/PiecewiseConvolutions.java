package dlt.backend.cpu;

import dlt.backend.KernelCall.Traffic;
import dlt.backend.Placement;
import dlt.backend.Work;
import dlt.graph.Fusion;
import dlt.graph.Node;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Nhwc;
import dlt.op.Reduce;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Convolutions to channels-last images, and gradients by such, together with a pointwise group that reads their results, most often to
/// reduce them (a normalisation's statistics, or what its gradient needs): the group is done with each piece that is stored ([InPieces]),
/// which then is still in the core's cache, and what it reads besides comes from memory while the next piece is computed.
final class PiecewiseConvolutions {
  private PiecewiseConvolutions() {}

  /// Whether a work that others are done with piece by piece is such a convolution.
  static boolean heads(Work work) {
    return work instanceof Work.Single(Node node) && node.op() instanceof Nhwc nhwc && nhwc.result()
        && (nhwc.op() instanceof Conv2d || nhwc.op() instanceof Conv2dGradInput);
  }

  /// `works` in an order in which they can run, with such works in place of those that they are made of. `pairs`: works that are sums
  /// of [Moments], or of squares.
  static List<Work> join(Target target, List<Work> works, Map<Work, Moments.Pair> pairs) {
    List<Work> order = givenFirst(works);
    Map<Node, Integer> made = new HashMap<>();
    Map<Node, List<Work>> readers = new HashMap<>();
    for (int i = 0; i < order.size(); i++) {
      for (Node node : order.get(i).outputs()) {
        made.put(node, i);
      }
      for (Node node : new LinkedHashSet<>(order.get(i).inputs())) {
        readers.computeIfAbsent(node, _ -> new ArrayList<>()).add(order.get(i));
      }
    }
    Map<Work, Work> joined = new HashMap<>();
    Set<Work> readersJoined = new HashSet<>();
    for (int i = 0; i < order.size(); i++) {
      Work head = order.get(i);
      if (!heads(head) || !direct(target, ((Work.Single) head).node())) {
        continue;
      }
      Node result = head.outputs().getFirst();
      int position = i;
      readers.getOrDefault(result, List.of()).stream().filter(w -> !readersJoined.contains(w) && reads(target, w, result, pairs)
          && w.inputs().stream().allMatch(n -> n == result || made.get(n) < position)).findFirst().ifPresent(reader -> {
            // what both read is there twice: nothing takes its place
            List<Node> inputs = Stream.concat(head.inputs().stream(), reader.inputs().stream().filter(n -> n != result)).toList();
            List<Node> outputs = Stream.concat(head.outputs().stream(), reader.outputs().stream()).toList();
            joined.put(head, new Work.Piecewise(List.of(head, reader), inputs, outputs));
            readersJoined.add(reader);
          });
    }
    return order.stream().filter(w -> !readersJoined.contains(w)).map(w -> joined.getOrDefault(w, w)).toList();
  }

  /// What needs no work, such as variables, before all that does.
  static List<Work> givenFirst(List<Work> works) {
    Set<Node> given = new HashSet<>();
    List<Work> first = new ArrayList<>();
    List<Work> others = new ArrayList<>();
    for (Work work : works) {
      boolean free = !Placement.computes(work) && given.containsAll(work.inputs());
      (free ? first : others).add(work);
      if (free) {
        given.addAll(work.outputs());
      }
    }
    first.addAll(others);
    return first;
  }

  private static boolean direct(Target target, Node node) {
    return target.emits() && NhwcKernel.direct(target, (Nhwc) node.op(), node.inputs().stream().map(Node::type).toList());
  }

  /// Whether `work` can be done with some rows of `images` at a time.
  private static boolean reads(Target target, Work work, Node images, Map<Work, Moments.Pair> pairs) {
    Moments.Pair pair = pairs.get(work);
    if (pair != null) {
      return work == pair.sum() && pair.columns() == images.shape().dim(-1) && pair.data().shape().equals(images.shape());
    }
    return work instanceof Work.Pointwise(var group) && group.shape().equals(images.shape())
        && group.nodes().stream().allMatch(n -> !(n.op() instanceof Reduce reduce) || ofChannels(reduce, images))
        && StripGroup.slots(target, group, images.shape().dim(-1), images).isPresent();
  }

  /// Whether what is left has an element for each channel.
  private static boolean ofChannels(Reduce reduce, Node images) {
    return IntStream.range(0, images.shape().rank()).allMatch(d -> reduce.dims().contains(d) == d < images.shape().rank() - 1);
  }

  /// `head`: the convolution's step; `sums`: where that is what reads its results.
  static Step compile(Target target, Work.Piecewise work, InPieces head, Optional<Moments> sums, Function<Node, Operand> operand) {
    Target.Path path = target.takePath().orElseThrow();
    Node images = work.works().getFirst().outputs().getFirst();
    Work reader = work.works().getLast();
    Parted then = sums.isPresent()
        ? sums.get().sum(reader.inputs().stream().map(operand).toList(), reader.inputs().indexOf(images), operand.apply(reader.outputs().getFirst()))
        : group(target, ((Work.Pointwise) reader).group(), images, head.pieces(), operand);
    long arithmetic = sums.map(Moments::arithmetic).orElseGet(() -> Labelled.instructions(((Work.Pointwise) reader).group()));
    head.then(then::run);
    profile(target, work, path, arithmetic, head.pieces());
    return () -> {
      head.run();
      then.end();
    };
  }

  private static StripGroup group(Target target, Fusion.Group group, Node images, Pieces pieces, Function<Node, Operand> operand) {
    // what the convolution's parts share is in use meanwhile
    return new StripGroup(target, group, StripGroup.slots(target, group, pieces.columns(), images).orElseThrow(), pieces, target::scratch,
        n -> operand.apply(n).data());
  }

  /// What the convolution does, and then what is done with the pieces.
  private static void profile(Target target, Work.Piecewise work, Target.Path path, long arithmetic, Pieces pieces) {
    List<Node> ofHead = work.works().getFirst().inputs();
    long bytes = work.works().getFirst().outputs().getFirst().type().bytes();
    List<Target.Phase> phases = new ArrayList<>(path.phases());
    phases.add(new Target.Phase(arithmetic, IntStream.range(0, work.inputs().size()).filter(i -> !ofHead.contains(work.inputs().get(i))).boxed().toList(),
        false, List.of(new Traffic(bytes, 0, bytes / pieces.count() * target.workers().threads()))));
    target.path(path.name(), phases.toArray(Target.Phase[]::new));
  }
}
