package io.github.dl4jclipping.norm;

import java.io.Serializable;
import java.util.Collection;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Matches parameter names such as {@code 0_W} or {@code dense_W}. In a pattern, {@code *} stands
 * for any characters and {@code ?} for one; every other character stands for itself.
 *
 * @param glob the pattern, not blank
 */
public record NamePattern(String glob) implements Serializable {

  /** Checks that the pattern is not blank. */
  public NamePattern {
    Objects.requireNonNull(glob, "pattern must not be null");
    if (glob.isBlank()) {
      throw new IllegalArgumentException(
          "pattern must not be blank, but was \"" + glob + "\". Name parameters, such as \"0_*\".");
    }
  }

  /** Returns whether a name matches this pattern. */
  public boolean matches(String name) {
    StringBuilder regex = new StringBuilder();
    for (String part : glob.split("(?<=[*?])|(?=[*?])", -1)) {
      regex.append(part.equals("*") ? ".*" : part.equals("?") ? "." : Pattern.quote(part));
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(name).matches();
  }

  /**
   * Checks that the pattern matches at least one name.
   *
   * @param of the owner of the pattern, for the message
   * @throws IllegalStateException if no name matches this pattern
   */
  public void requireMatch(String of, Collection<String> names) {
    if (names.stream().noneMatch(this::matches)) {
      throw new IllegalStateException(
          "The pattern \""
              + glob
              + "\" of "
              + of
              + " matches none of the parameters "
              + names
              + ".");
    }
  }

  @Override
  public String toString() {
    return glob;
  }
}
