package dlt.config;

/// Thrown by a record's constructor or factory for a value that it cannot take; the binder adds the place in the file.
public final class Invalid extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String component;
  private final String expected;

  /// `component` is the Java name of the component at fault (empty: the record as a whole), `found` says what it was,
  /// `expected` what it should have been.
  public Invalid(String component, String found, String expected) {
    super(found);
    this.component = component;
    this.expected = expected;
  }

  public String component() {
    return component;
  }

  public String found() {
    return getMessage();
  }

  public String expected() {
    return expected;
  }
}
