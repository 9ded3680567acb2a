package dlt.data;

import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {
  /// A data set that takes its time, so that batches are made ahead by several threads.
  private record Slow(Dataset of, int failing, AtomicInteger reads) implements View {
    static Slow of(Dataset d) {
      return new Slow(d, -1, new AtomicInteger());
    }

    @Override
    public void read(int sample, boolean target, int field, MemorySegment destination) {
      reads.incrementAndGet();
      if (sample == failing) {
        throw new Failure(Failure.Kind.DATA, "sample " + sample + " is damaged");
      }
      for (int i = 0, n = sample * 7919 % 5; i < n; i++) {
        Thread.yield();
      }
      of.read(sample, target, field, destination);
    }

    @Override
    public boolean inMemory() {
      return false;
    }

    @Override
    public Dataset epoch(int epoch) {
      return new Slow(of.epoch(epoch), failing, reads);
    }
  }

  private static Dataset images(int n) {
    float[][] rows = new float[n][2 * 6 * 5];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = i * 100 + j;
      }
    }
    return Samples.of(Shape.of(2, 6, 5), rows, IntStream.range(0, n).toArray());
  }

  private static final List<Augment> AUGMENT =
      List.of(
          new Augment.RandomHorizontalFlip(0.5),
          new Augment.RandomCrop(1, 0),
          new Augment.RandomAffine(10, 0.1, List.of(0.9, 1.1), 5, 0),
          new Augment.GaussianNoise(0.5));

  /// Everything that comes out of an epoch, batch by batch: inputs, then targets.
  private static List<List<Double>> epoch(Batches batches, int epoch, int skip) {
    List<List<Double>> r = new ArrayList<>();
    try (Batches.Epoch e = batches.epoch(epoch, skip)) {
      while (e.hasNext()) {
        Batch b = e.next();
        assertThat(b.index()).isEqualTo(skip + r.size());
        List<Double> values = new ArrayList<>();
        for (HostTensor t : List.of(b.inputs().getFirst(), b.targets().getFirst())) {
          assertThat(t.shape().dim(0)).isEqualTo(b.size());
          for (double v : t.toDoubles()) {
            values.add(v);
          }
        }
        r.add(values);
      }
    }
    return r;
  }

  @Test
  void aSamplerDrawsByWeightAndTheSameAgain() {
    double[] weights = new double[1000];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i % 10 == 0 ? 9 : i % 10 == 1 ? 0 : 1;
    }
    WeightedSampler sampler = new WeightedSampler(weights);
    int[] drawn = sampler.draw(new Philox(1, Philox.Purpose.SHUFFLE.stream(0), 1));
    assertThat(drawn).hasSize(1000).isEqualTo(sampler.draw(new Philox(1, Philox.Purpose.SHUFFLE.stream(0), 1)))
        .isNotEqualTo(sampler.draw(new Philox(1, Philox.Purpose.SHUFFLE.stream(0), 2)));
    assertThat(IntStream.of(drawn).filter(i -> i % 10 == 0).count()).isBetween(480L, 580L); // 9 of 17
    assertThat(IntStream.of(drawn).noneMatch(i -> i % 10 == 1)).isTrue();
    assertThatThrownBy(() -> new WeightedSampler(new double[3])).isInstanceOf(IllegalArgumentException.class);
  }

  private static Batches.Options options(int size, boolean shuffle, boolean dropLast, List<Augment> augment) {
    return new Batches.Options(size, shuffle, dropLast, augment, 42);
  }

  @Test
  void batchesGoThroughThePartInOrderAndTheLastOneIsSmaller() {
    Part part = new Part("train", Samples.numbered(20, 3), new int[] {1, 3, 5, 7, 9, 11, 13});
    try (Batches b = new Batches(part, Batches.Options.plain(3))) {
      assertThat(b.count()).isEqualTo(3);
      assertThat(b.sizes()).containsExactly(3, 1);
      assertThat(epoch(b, 0, 0)).containsExactly(List.of(1.0, 3.0, 5.0, 1.0, 0.0, 2.0), List.of(7.0, 9.0, 11.0, 1.0, 0.0, 2.0), List.of(13.0, 1.0));
    }
    try (Batches b = new Batches(part, options(3, false, true, List.of()))) {
      assertThat(b.count()).isEqualTo(2);
      assertThat(b.sizes()).containsExactly(3);
      assertThat(epoch(b, 0, 0)).hasSize(2);
    }
    try (Batches b = new Batches(part, Batches.Options.plain(7))) {
      assertThat(b.sizes()).containsExactly(7);
      assertThat(b.count()).isEqualTo(1);
    }
    try (Batches b = new Batches(part, Batches.Options.plain(50))) {
      assertThat(b.sizes()).containsExactly(7);
      assertThat(epoch(b, 0, 0)).hasSize(1);
    }
    assertThatThrownBy(() -> new Batches(part, options(8, false, true, List.of())))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("the train part has 7 samples, fewer than a batch of 8");
  }

  @Test
  void shufflingGivesEverySampleOnceAndAnotherOrderEachEpoch() {
    Part part = Data.whole("train", Samples.numbered(50, 1));
    try (Batches b = new Batches(part, options(50, true, false, List.of()))) {
      List<Double> first = epoch(b, 1, 0).getFirst().subList(0, 50);
      assertThat(first).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 50).mapToObj(i -> (double) i).toList());
      assertThat(first).isNotEqualTo(epoch(b, 2, 0).getFirst().subList(0, 50));
      assertThat(first).isEqualTo(epoch(b, 1, 0).getFirst().subList(0, 50));
    }
  }

  @Test
  void whatThreadsMakeAheadIsWhatOneMakesOnTheSpot() {
    Dataset d = images(61);
    for (List<Augment> augment : List.of(List.<Augment>of(), AUGMENT)) {
      List<List<Double>> expected = direct(d, augment, 3);
      for (int repeat = 0; repeat < 20; repeat++) {
        try (Batches b = new Batches(Data.whole("train", Slow.of(d)), options(4, true, false, augment))) {
          assertThat(epoch(b, 3, 0)).isEqualTo(expected);
        }
      }
    }
  }

  /// The batches without threads, straight from the sampler's rule.
  private static List<List<Double>> direct(Dataset d, List<Augment> augment, int epoch) {
    int[] order = new dlt.tensor.Philox(42, dlt.tensor.Philox.Purpose.SHUFFLE.stream(0), epoch).permutation(d.size());
    Augmentation change = new Augmentation(augment, d.schema(), 42, epoch);
    List<List<Double>> r = new ArrayList<>();
    for (int from = 0; from < order.length; from += 4) {
      List<Double> inputs = new ArrayList<>();
      List<Double> targets = new ArrayList<>();
      for (int i = from; i < Math.min(order.length, from + 4); i++) {
        HostTensor x = HostTensor.allocate(d.inputs().getFirst().type());
        d.read(order[i], false, 0, x.data());
        change.apply(order[i], List.of(x.data()), List.of());
        for (double v : x.toDoubles()) {
          inputs.add(v);
        }
        targets.add(Samples.target(d, order[i])[0]);
      }
      inputs.addAll(targets);
      r.add(inputs);
    }
    return r;
  }

  private static final Augment MIXUP = new Augment.Mixup(1);
  private static final Augment CUTMIX = new Augment.Cutmix(1);
  private static final List<Field> PROBABILITIES = List.of(new Field("y", TensorType.float32(30)));

  private static Batches mixing(Augment... steps) {
    return new Batches(Data.whole("train", Slow.of(images(30))), new Batches.Options(8, false, false, List.of(steps), 42, PROBABILITIES, Optional.empty()));
  }

  @Test
  void mixupGivesEachSampleAShareOfTheOneBeforeItAndTheTargetTheSame() {
    try (Batches b = mixing(MIXUP); Batches.Epoch e = b.epoch(1, 0)) {
      Set<Double> lambdas = new HashSet<>();
      while (e.hasNext()) {
        Batch batch = e.next();
        for (int i = 0; i < batch.size(); i++) {
          int sample = batch.index() * 8 + i;
          int before = batch.index() * 8 + (i + batch.size() - 1) % batch.size();
          double lambda = batch.targets().getFirst().at(i * 30L + sample);
          lambdas.add(lambda);
          assertThat(batch.targets().getFirst().at(i * 30L + before)).isCloseTo(1 - lambda, within(1e-6));
          assertThat(batch.inputs().getFirst().at(i * 60L + 7)).isCloseTo(lambda * (sample * 100 + 7) + (1 - lambda) * (before * 100 + 7), within(1e-2));
        }
      }
      assertThat(lambdas).hasSize(4);
    }
  }

  @Test
  void cutmixPastesARectangleOfTheSampleBeforeAndMixesTheTargetByItsArea() {
    try (Batches b = mixing(CUTMIX); Batches.Epoch e = b.epoch(2, 0)) {
      int pasted = 0;
      while (e.hasNext()) {
        Batch batch = e.next();
        for (int i = 0; i < batch.size(); i++) {
          int sample = batch.index() * 8 + i;
          int before = batch.index() * 8 + (i + batch.size() - 1) % batch.size();
          int others = 0;
          for (int k = 0; k < 60; k++) {
            double v = batch.inputs().getFirst().at(i * 60L + k);
            assertThat(v).isIn(sample * 100.0 + k, before * 100.0 + k);
            others += v == sample * 100.0 + k ? 0 : 1;
          }
          assertThat(batch.targets().getFirst().at(i * 30L + before)).isCloseTo(others / 60.0, within(1e-6));
          pasted += others;
        }
      }
      assertThat(pasted).isPositive();
    }
  }

  @Test
  void cutmixPastesMasks() {
    Schema schema = new Schema(List.of(new Field("image", TensorType.float32(1, 4, 4))), List.of(new Field("map", TensorType.int64(4, 4))));
    HostTensor x = HostTensor.allocate(TensorType.float32(6, 1, 4, 4));
    HostTensor y = HostTensor.allocate(TensorType.int64(6, 4, 4));
    for (int i = 0; i < 96; i++) {
      x.set(i, i / 16);
      y.setLong(i, i / 16);
    }
    Dataset d = new ArrayDataset(6, schema, List.of(x), List.of(y), i -> "row " + i, () -> "hash");
    for (int epoch = 1; epoch < 9; epoch++) {
      try (Batches b = new Batches(Data.whole("train", d), new Batches.Options(6, false, false, List.of(CUTMIX), 42)); Batches.Epoch e = b.epoch(epoch, 0)) {
        Batch batch = e.next();
        assertThat(batch.targets().getFirst().toDoubles()).isEqualTo(batch.inputs().getFirst().toDoubles());
        assertThat(batch.inputs().getFirst().at(16)).isIn(0.0, 1.0);
      }
    }
  }

  @Test
  void mixedBatchesAreTheSameInEveryRunAndAfterAResume() {
    for (List<Augment> steps : List.of(List.of(MIXUP), List.of(new Augment.RandomHorizontalFlip(0.5), MIXUP, CUTMIX))) {
      Batches.Options options = new Batches.Options(4, true, false, steps, 42, PROBABILITIES, Optional.empty());
      List<List<Double>> all;
      try (Batches b = new Batches(Data.whole("train", images(30)), options)) {
        all = epoch(b, 3, 0);
      }
      for (int repeat = 0; repeat < 5; repeat++) {
        try (Batches b = new Batches(Data.whole("train", Slow.of(images(30))), options)) {
          assertThat(epoch(b, 3, repeat)).isEqualTo(all.subList(repeat, all.size()));
        }
      }
    }
  }

  @Test
  void anEpochGoesOnInTheMiddleAsIfItHadNotStopped() {
    Part part = Data.whole("train", Slow.of(images(30)));
    try (Batches b = new Batches(part, options(4, true, false, AUGMENT))) {
      List<List<Double>> whole = epoch(b, 5, 0);
      for (int skip = 0; skip <= whole.size(); skip++) {
        assertThat(epoch(b, 5, skip)).isEqualTo(whole.subList(skip, whole.size()));
      }
    }
  }

  @Test
  void smallBatchesInMemoryAreMadeWithoutThreads() {
    Part part = Data.whole("train", Samples.numbered(10, 2));
    try (Batches b = new Batches(part, options(4, true, false, List.of()))) {
      assertThat(b.epoch(0, 0)).isInstanceOf(Direct.class);
    }
    try (Batches b = new Batches(Data.whole("train", images(2000)), options(1000, true, false, List.of()))) {
      assertThat(b.epoch(0, 0)).isInstanceOf(Ahead.class);
    }
  }

  @Test
  void aBatchStaysUntilTheNextIsAskedFor() throws InterruptedException {
    Slow slow = Slow.of(images(64));
    try (Batches b = new Batches(Data.whole("train", slow), options(4, false, false, List.of())); Batches.Epoch e = b.epoch(0, 0)) {
      for (int i = 0; i < 16; i++) {
        Batch batch = e.next();
        Thread.sleep(2); // time enough for the threads to go too far
        assertThat(batch.inputs().getFirst().at(0)).isEqualTo(i * 400);
        assertThat(batch.targets().getFirst().longAt(3)).isEqualTo(i * 4 + 3);
      }
      assertThat(e.hasNext()).isFalse();
      assertThatThrownBy(e::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void aFailureSurfacesInTheBatchThatItBelongsTo() {
    Slow slow = new Slow(images(40), 22, new AtomicInteger());
    for (int repeat = 0; repeat < 10; repeat++) {
      try (Batches b = new Batches(Data.whole("train", slow), options(4, false, false, List.of())); Batches.Epoch e = b.epoch(0, 0)) {
        for (int i = 0; i < 5; i++) {
          assertThat(e.next().index()).isEqualTo(i);
        }
        assertThatThrownBy(e::next).isInstanceOf(Failure.class).hasMessage("sample 22 is damaged");
        assertThatThrownBy(e::next).isInstanceOf(Failure.class);
      }
    }
  }

  @Test
  void closingEndsTheThreadsAndAskingForAnotherEpochEndsTheOneBefore() {
    Part part = Data.whole("train", Slow.of(images(4000)));
    Batches b = new Batches(part, options(4, true, false, List.of()));
    Batches.Epoch first = b.epoch(0, 0);
    first.next();
    Batches.Epoch second = b.epoch(1, 0);
    assertThatThrownBy(first::next).isInstanceOf(IllegalStateException.class);
    second.next();
    b.close();
    assertThatThrownBy(second::next).isInstanceOf(IllegalStateException.class);
    b.close();
    assertThat(Thread.getAllStackTraces().keySet()).noneMatch(t -> t.getName().startsWith("dlt-data"));
  }

  @Test
  void threadsStayOnlyAFewBatchesAhead() throws InterruptedException {
    Slow slow = Slow.of(images(4000));
    try (Batches b = new Batches(Data.whole("train", slow), options(4, false, false, List.of())); Batches.Epoch e = b.epoch(0, 0)) {
      e.next();
      Thread.sleep(50);
      assertThat(slow.reads().get()).isLessThanOrEqualTo((Batches.AHEAD * 8 + 8 + 1) * 4 * 2);
    }
  }
}
