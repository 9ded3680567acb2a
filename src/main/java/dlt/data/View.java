package dlt.data;

import java.util.List;
import java.util.Optional;

/// The samples of another data set, read in another way. All but reading is as there.
interface View extends Dataset {
  Dataset of();

  @Override
  default int size() {
    return of().size();
  }

  @Override
  default Schema schema() {
    return of().schema();
  }

  @Override
  default String origin(int sample) {
    return of().origin(sample);
  }

  @Override
  default Optional<List<String>> key(String name) {
    return of().key(name);
  }

  @Override
  default boolean mayMiss() {
    return of().mayMiss();
  }

  @Override
  default boolean inMemory() {
    return of().inMemory();
  }

  /// A view of the other data set's epoch.
  @Override
  Dataset epoch(int epoch);

  @Override
  default int fittedTo(int field) {
    return of().fittedTo(field);
  }

  @Override
  default String hash() {
    return of().hash();
  }
}
