package dlt.data;

import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/// Samples of which each consists of several samples of a part. Which ones depends on seed, epoch and the sample's number
/// alone.
final class Composed implements Dataset {
  /// Samples of the part by their places in it, and what the target is.
  record Choice(List<Integer> members, double target) {}

  /// Says what goes together.
  interface Chooser {
    /// The number of samples.
    int size();

    /// The place, in the part, of the first member of a sample: the same in every epoch.
    int anchor(int sample);

    Choice choose(int sample, Draws draws);

    /// A pair of each of so many samples and the partner that `partner` chooses.
    static Chooser pairs(int samples, BiFunction<Integer, Draws, Choice> partner) {
      return new Chooser() {
        @Override
        public int size() {
          return samples;
        }

        @Override
        public int anchor(int sample) {
          return sample;
        }

        @Override
        public Choice choose(int sample, Draws draws) {
          return partner.apply(sample, draws);
        }
      };
    }
  }

  private final Part part;
  private final Chooser chooser;
  private final Schema schema;
  private final long seed;
  private final Philox random;

  private Composed(Part part, Chooser chooser, Schema schema, long seed, int epoch) {
    this.part = part;
    this.chooser = chooser;
    this.schema = schema;
    this.seed = seed;
    this.random = new Philox(seed, Philox.Purpose.COMPOSE.stream(0), epoch);
  }

  /// All samples that `chooser` makes of `part`, as a part of the same name.
  static Part part(Part part, Chooser chooser, Schema schema, long seed) {
    return new Part(part.name(), new Composed(part, chooser, schema, seed, 0), IntStream.range(0, chooser.size()).toArray());
  }

  /// The schema of samples whose members are called `members`: their names where a sample of the part has one input, else
  /// `member_input`.
  static Schema schema(Schema of, List<String> members, Field target) {
    List<Field> inputs = new ArrayList<>();
    for (String member : members) {
      for (Field f : of.inputs()) {
        inputs.add(new Field(of.inputs().size() == 1 ? member : member + "_" + f.name(), f.type(), f.classes(), f.columns()));
      }
    }
    return new Schema(inputs, List.of(target));
  }

  @Override
  public int size() {
    return chooser.size();
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public void read(int sample, boolean target, int field, MemorySegment destination) {
    Choice choice = chooser.choose(sample, new Draws(random, sample));
    if (target) {
      Field f = schema.targets().get(field);
      new HostTensor(f.type(), destination.asSlice(0, f.type().bytes())).set(0, choice.target);
    } else {
      int inputs = part.dataset().inputs().size();
      part.dataset().read(part.samples()[choice.members.get(field / inputs)], false, field % inputs, destination);
    }
  }

  @Override
  public Dataset epoch(int epoch) {
    return new Composed(part, chooser, schema, seed, epoch);
  }

  /// The first members are all samples, once each.
  @Override
  public int fittedTo(int field) {
    return field % part.dataset().inputs().size();
  }

  @Override
  public String origin(int sample) {
    return part.dataset().origin(part.samples()[chooser.anchor(sample)]);
  }

  @Override
  public boolean mayMiss() {
    return part.dataset().mayMiss();
  }

  @Override
  public boolean inMemory() {
    return part.dataset().inMemory();
  }

  @Override
  public String hash() {
    return part.dataset().hash();
  }

  /// The first target of every sample of `part`.
  static double[] targets(Part part) {
    HostTensor y = HostTensor.allocate(part.dataset().targets().getFirst().type());
    double[] r = new double[part.size()];
    for (int i = 0; i < r.length; i++) {
      part.dataset().read(part.samples()[i], true, 0, y.data());
      r[i] = y.at(0);
    }
    return r;
  }
}
