package io.github.dl4jclipping.internal.log;

/** Names the one logger of this library. */
public final class LogName {

  /** What users set the level of. */
  public static final String NAME = "io.github.dl4jclipping";

  private LogName() {}
}
