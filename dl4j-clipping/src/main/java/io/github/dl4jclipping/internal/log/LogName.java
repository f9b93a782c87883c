package io.github.dl4jclipping.internal.log;

/** Holds the name of this library's only logger. */
public final class LogName {

  /** The name of the logger. */
  public static final String NAME = "io.github.dl4jclipping";

  private LogName() {}
}
