package dlt.experiment;

import dlt.data.Data;
import dlt.data.Division;
import dlt.data.Wanted;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// Data that were opened and divided for one training, for others of the same process that want the same: those that were asked
/// for last. Safe for use by several threads at once.
public final class OpenedData {
  private record Asked(Data data, Path base, Wanted wanted, long seed) {}

  private final Map<Asked, Division> kept;

  /// Keeps up to `most` of them.
  public OpenedData(int most) {
    kept = new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<Asked, Division> eldest) {
        return size() > most;
      }
    };
  }

  /// What [Data#open] gives.
  public synchronized Division open(Data data, Path base, Wanted wanted, long seed) {
    Asked asked = new Asked(data, base, wanted, seed);
    Division division = kept.get(asked);
    if (division == null) {
      division = data.open(base, wanted, seed);
      kept.put(asked, division);
    }
    return division;
  }
}
