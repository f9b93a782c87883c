package io.github.dl4jclipping;

import org.jspecify.annotations.Nullable;

/** What follows for tests from the presence of what they need, or its absence. */
public enum Requirement {
  RUN,
  SKIP,
  FAIL;

  /**
   * Decides.
   *
   * @param ci the environment variable {@code CI}: where it is {@code true} nothing is skipped
   */
  public static Requirement of(boolean available, @Nullable String ci) {
    return available ? RUN : "true".equals(ci) ? FAIL : SKIP;
  }
}
