package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.internal.check.Bounds;
import io.github.dl4jclipping.norm.NamePattern;
import io.github.dl4jclipping.norm.NormType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Clips named groups of parameters, each by the norm of its own whole, as Megatron and Paddle do.
 *
 * <pre>{@code
 * GroupsRule.builder().group("recurrent", 0.5, "0_*").others(5.0).build()
 * }</pre>
 *
 * <p>Every parameter that takes part must be in exactly one group; {@link Builder#others} gathers
 * those that no pattern names, and {@code exclude} of the settings keeps some out of it all.
 * Reports tell each group's norm and coefficient as a part. There is no epsilon: a norm that is at
 * most its bound is left alone, a larger one is scaled by {@code maxNorm / norm}.
 *
 * @param groups the groups, at least one
 * @param normType the norm that is bounded
 */
public record GroupsRule(List<Group> groups, NormType normType) implements ClipRule {

  /** The name of the group of all the others. */
  public static final String OTHERS = "others";

  /** Checks the groups. */
  public GroupsRule {
    groups = List.copyOf(groups);
    Objects.requireNonNull(normType, "normType must not be null");
    if (groups.isEmpty()) {
      throw new IllegalArgumentException("groups must have at least one group, but have none");
    }
    List<String> names = groups.stream().map(Group::name).toList();
    if (names.stream().distinct().count() < names.size()) {
      throw new IllegalArgumentException("groups must have different names, but have " + names);
    }
  }

  /**
   * Some parameters and their bound.
   *
   * @param name what reports call it, not blank
   * @param maxNorm the bound on the norm of its whole, finite and greater than 0
   * @param patterns of the parameters' names; none for all that no other group claims
   */
  public record Group(String name, double maxNorm, List<NamePattern> patterns)
      implements Serializable {

    /** Checks the name and the bound. */
    public Group {
      if (name.isBlank()) {
        throw new IllegalArgumentException("a group must have a name, but it was \"" + name + "\"");
      }
      Bounds.positive("maxNorm of group " + name, maxNorm);
      patterns = List.copyOf(patterns);
      if (patterns.isEmpty() != name.equals(OTHERS)) {
        throw new IllegalArgumentException(
            "a group must have at least one pattern, and \""
                + OTHERS
                + "\" alone has none, but group \""
                + name
                + "\" has "
                + patterns);
      }
    }

    private boolean claims(String parameter) {
      return patterns.stream().anyMatch(pattern -> pattern.matches(parameter));
    }

    @Override
    public String toString() {
      return name + "=" + maxNorm + " " + patterns;
    }
  }

  /** Starts without groups, for the L2 norm. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects groups. Not thread-safe. */
  public static final class Builder {

    private final List<Group> groups = new ArrayList<>();
    private NormType normType = NormType.L2;

    private Builder() {}

    /**
     * Adds a group.
     *
     * @param name what reports call it
     * @param maxNorm the bound on the norm of its whole, finite and greater than 0
     * @param patterns of the parameters' names, such as {@code "0_*"}, {@code "*_b"}
     * @throws IllegalArgumentException if the name or a pattern is blank, there is no pattern, the
     *     name is {@value GroupsRule#OTHERS}, or {@code maxNorm} is out of bounds
     */
    public Builder group(String name, double maxNorm, String... patterns) {
      groups.add(new Group(name, maxNorm, Arrays.stream(patterns).map(NamePattern::new).toList()));
      return this;
    }

    /**
     * Adds the group of all parameters that no pattern names, {@value GroupsRule#OTHERS}.
     *
     * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0
     */
    public Builder others(double maxNorm) {
      groups.add(new Group(OTHERS, maxNorm, List.of()));
      return this;
    }

    /** Sets the norm that is bounded; {@link NormType#L2} unless set. */
    public Builder normType(NormType normType) {
      this.normType = normType;
      return this;
    }

    /**
     * Returns the rule.
     *
     * @throws IllegalArgumentException if there is no group, or two have one name
     */
    public GroupsRule build() {
      return new GroupsRule(groups, normType);
    }
  }

  @Override
  public ClipRule forSome(List<RuleParameter> parameters) {
    List<String> names = parameters.stream().map(RuleParameter::name).toList();
    List<Group> some = new ArrayList<>();
    for (Group group : groups) {
      List<NamePattern> patterns =
          group.patterns().stream().filter(p -> names.stream().anyMatch(p::matches)).toList();
      if (!patterns.isEmpty()) {
        some.add(new Group(group.name(), group.maxNorm(), patterns));
      } else if (group.patterns().isEmpty() && names.stream().anyMatch(this::isUnclaimed)) {
        some.add(group);
      }
    }
    return some.isEmpty() ? this : new GroupsRule(some, normType);
  }

  private boolean isUnclaimed(String parameter) {
    return groups.stream().noneMatch(group -> group.claims(parameter));
  }

  /**
   * Starts for one network.
   *
   * @throws IllegalStateException if a pattern matches no parameter, a parameter is in two groups
   *     or in none, or nothing is left for the others
   */
  @Override
  public RuleState start(List<RuleParameter> parameters) {
    List<String> names = parameters.stream().map(RuleParameter::name).toList();
    for (Group group : groups) {
      group.patterns().forEach(p -> p.requireMatch("group \"" + group.name() + "\"", names));
    }
    List<String> groupOf = names.stream().map(name -> groupOf(name, names)).toList();
    Map<String, Double> maxNorms = new LinkedHashMap<>();
    for (Group group : groups) {
      if (!groupOf.contains(group.name())) {
        throw new IllegalStateException(
            "nothing is left for the group \"others\": the groups claim all of " + names);
      }
      maxNorms.put(group.name(), group.maxNorm());
    }
    return Partition.of(groupOf, maxNorms, normType)::decide;
  }

  private String groupOf(String parameter, List<String> all) {
    List<String> claiming =
        groups.stream().filter(group -> group.claims(parameter)).map(Group::name).toList();
    if (claiming.size() > 1) {
      throw new IllegalStateException(
          "the parameter \"" + parameter + "\" is in more than one group: " + claiming);
    }
    if (claiming.isEmpty() && groups.stream().noneMatch(group -> group.name().equals(OTHERS))) {
      throw new IllegalStateException(
          "the parameter \""
              + parameter
              + "\" is in no group: add others(maxNorm), or exclude it. All are "
              + all);
    }
    return claiming.isEmpty() ? OTHERS : claiming.get(0);
  }

  @Override
  public String toString() {
    return groups.stream()
        .map(Group::toString)
        .collect(Collectors.joining(", ", "groups(", ", normType=" + normType + ")"));
  }
}
