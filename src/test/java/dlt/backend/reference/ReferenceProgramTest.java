package dlt.backend.reference;

import dlt.backend.Backend;
import dlt.backend.ProgramContract;

class ReferenceProgramTest extends ProgramContract {
  @Override
  protected Backend open() {
    return new ReferenceBackend();
  }
}
