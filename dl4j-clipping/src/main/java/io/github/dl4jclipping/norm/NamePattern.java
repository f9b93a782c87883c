package io.github.dl4jclipping.norm;

import java.io.Serializable;
import java.util.Collection;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A pattern of parameter names such as {@code 0_W} or {@code dense_W}: {@code *} stands for any
 * characters, {@code ?} for one, all else for itself.
 *
 * @param glob the pattern, not empty
 */
public record NamePattern(String glob) implements Serializable {

  /** Checks that there is a pattern. */
  public NamePattern {
    Objects.requireNonNull(glob, "pattern must not be null");
    if (glob.isBlank()) {
      throw new IllegalArgumentException(
          "pattern must name parameters, such as \"0_*\", but was \"" + glob + "\"");
    }
  }

  /** Returns whether a name is of this pattern. */
  public boolean matches(String name) {
    StringBuilder regex = new StringBuilder();
    for (String part : glob.split("(?<=[*?])|(?=[*?])", -1)) {
      regex.append(part.equals("*") ? ".*" : part.equals("?") ? "." : Pattern.quote(part));
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(name).matches();
  }

  /**
   * Throws where the pattern matches nothing.
   *
   * @param of whose pattern it is, for the message
   * @throws IllegalStateException if no name is of this pattern
   */
  public void requireMatch(String of, Collection<String> names) {
    if (names.stream().noneMatch(this::matches)) {
      throw new IllegalStateException(
          "the pattern \"" + glob + "\" of " + of + " matches none of the parameters " + names);
    }
  }

  @Override
  public String toString() {
    return glob;
  }
}
