package dlt.data;

import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Samples of which some inputs are read as whole numbers, int64, for a model that looks them up. A category that is missing
/// or unknown has the index after the last one; a number that is missing is an error where it is read.
public final class Indexed {
  private Indexed() {}

  private record Samples(Dataset of, Schema schema) implements View {
    @Override
    public void read(int sample, boolean target, int field, MemorySegment destination) {
      if (target || of.inputs().get(field).type().equals(schema.inputs().get(field).type())) {
        of.read(sample, target, field, destination);
        return;
      }
      Field input = schema.inputs().get(field);
      Shape shape = input.type().shape();
      HostTensor numbers = HostTensor.allocate(TensorType.float32(shape));
      of.read(sample, false, field, numbers.data());
      HostTensor indices = new HostTensor(input.type(), destination.asSlice(0, input.type().bytes()));
      for (int i = 0; i < numbers.size(); i++) {
        double v = numbers.at(i);
        if (!CsvCell.whole(v)) {
          throw new Failure(Failure.Kind.DATA, origin(sample) + ": input '" + input.name() + "' is " + v + ", and an embedding looks up whole numbers");
        }
        boolean none = v < 0 && i < input.columns().size() && input.columns().get(i).categorical();
        indices.setLong(i, none ? input.columns().get(i).categories().size() : (long) v);
      }
    }

    @Override
    public Dataset epoch(int epoch) {
      return new Samples(of.epoch(epoch), schema);
    }
  }

  /// `part` with these of its inputs, by number, as int64.
  public static Part inputs(Part part, List<Integer> inputs) {
    List<Field> fields = new ArrayList<>(part.dataset().inputs());
    for (int i : inputs) {
      Field f = fields.get(i);
      fields.set(i, new Field(f.name(), new TensorType(DType.INT64, f.type().shape()), f.classes(), f.columns()));
    }
    return new Part(part.name(), of(part.dataset(), fields), part.samples());
  }

  /// `dataset` with inputs of these types, where they differ in reading float32 as int64 alone.
  static Dataset of(Dataset dataset, List<Field> inputs) {
    boolean same = true;
    for (int i = 0; i < inputs.size(); i++) {
      same &= inputs.get(i).type().equals(dataset.inputs().get(i).type());
    }
    if (same) {
      return dataset;
    }
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Field f = dataset.inputs().get(i);
      fields.add(new Field(f.name(), inputs.get(i).type(), f.classes(), f.columns()));
    }
    return new Samples(dataset, new Schema(fields, dataset.targets()));
  }

  /// Throws Failure(DATA), naming the first sample at fault, unless every number of input `field` is below `size` and not
  /// negative.
  public static void check(Part part, int field, int size) {
    HostTensor x = HostTensor.allocate(part.dataset().inputs().get(field).type());
    for (int sample : part.samples()) {
      part.dataset().read(sample, false, field, x.data());
      for (long i = 0; i < x.size(); i++) {
        if (x.longAt(i) < 0 || x.longAt(i) >= size) {
          throw new Failure(
              Failure.Kind.DATA,
              part.dataset().origin(sample) + ": input '" + part.dataset().inputs().get(field).name() + "' is " + x.longAt(i)
                  + ", but the embedding has vectors 0 to " + (size - 1) + "; raise num_embeddings"
                  + (part.dataset().inputs().get(field).indices().isPresent() ? ", or leave it out" : ", or mend the data"));
        }
      }
    }
  }
}
