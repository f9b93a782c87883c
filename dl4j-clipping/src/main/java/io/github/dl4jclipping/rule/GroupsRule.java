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
 * Clips named groups of parameters, each by the joint norm of its parameters, as Megatron and
 * Paddle do.
 *
 * <pre>{@code
 * GroupsRule.builder().group("recurrent", 0.5, "0_*").others(5.0).build()
 * }</pre>
 *
 * <p>Every parameter that takes part must be in exactly one group. {@link Builder#others} adds a
 * group for parameters that no pattern matches; {@code exclude} in the settings keeps parameters
 * out of clipping. Reports carry the norm and coefficient of each group as a part. There is no
 * epsilon: a norm that is at most its bound is unchanged, and a larger one is scaled by {@code
 * maxNorm / norm}.
 *
 * @param groups the groups, at least one
 * @param normType the type of the norm that is bounded
 */
public record GroupsRule(List<Group> groups, NormType normType) implements ClipRule {

  /** The name of the group for parameters that no pattern matches. */
  public static final String OTHERS = "others";

  /** Checks the groups. */
  public GroupsRule {
    groups = List.copyOf(groups);
    Objects.requireNonNull(normType, "normType must not be null");
    if (groups.isEmpty()) {
      throw new IllegalArgumentException("groups must not be empty. Add at least one group.");
    }
    List<String> names = groups.stream().map(Group::name).toList();
    if (names.stream().distinct().count() < names.size()) {
      throw new IllegalArgumentException(
          "groups must have different names, but the names are " + names);
    }
  }

  /**
   * Holds the bound on one group of parameters.
   *
   * @param name the name in reports, not blank
   * @param maxNorm the bound on the joint norm of the parameters, finite and greater than 0
   * @param patterns the patterns of the parameters' names; empty for the group {@value
   *     GroupsRule#OTHERS}
   */
  public record Group(String name, double maxNorm, List<NamePattern> patterns)
      implements Serializable {

    /** Checks the name and the bound. */
    public Group {
      if (name.isBlank()) {
        throw new IllegalArgumentException(
            "the name of a group must not be blank, but was \"" + name + "\"");
      }
      Bounds.positive("maxNorm of group " + name, maxNorm);
      patterns = List.copyOf(patterns);
      if (patterns.isEmpty() != name.equals(OTHERS)) {
        throw new IllegalArgumentException(
            "every group except \""
                + OTHERS
                + "\" must have at least one pattern, and \""
                + OTHERS
                + "\" must have none, but group \""
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

  /** Returns a builder without groups, for the L2 norm. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds a rule from groups. Not thread-safe. */
  public static final class Builder {

    private final List<Group> groups = new ArrayList<>();
    private NormType normType = NormType.L2;

    private Builder() {}

    /**
     * Adds a group.
     *
     * @param name the name in reports
     * @param maxNorm the bound on the joint norm of the parameters, finite and greater than 0
     * @param patterns patterns of the parameters' names, such as {@code "0_*"} or {@code "*_b"}
     * @throws IllegalArgumentException if the name or a pattern is blank, if there is no pattern,
     *     if the name is {@value GroupsRule#OTHERS}, or if {@code maxNorm} is not finite or not
     *     greater than 0
     */
    public Builder group(String name, double maxNorm, String... patterns) {
      groups.add(new Group(name, maxNorm, Arrays.stream(patterns).map(NamePattern::new).toList()));
      return this;
    }

    /**
     * Adds the group {@value GroupsRule#OTHERS}, for all parameters that no pattern matches.
     *
     * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0
     */
    public Builder others(double maxNorm) {
      groups.add(new Group(OTHERS, maxNorm, List.of()));
      return this;
    }

    /** Sets the type of the norm that is bounded; {@link NormType#L2} by default. */
    public Builder normType(NormType normType) {
      this.normType = normType;
      return this;
    }

    /**
     * Returns the rule.
     *
     * @throws IllegalArgumentException if there is no group, or if two groups have the same name
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
   * Creates the state of this rule for one network.
   *
   * @throws IllegalStateException if a pattern matches no parameter, if a parameter is in two
   *     groups or in none, or if no parameter is left for the group {@value #OTHERS}
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
            "No parameter is left for the group \"others\": the other groups match all of "
                + names
                + ". Remove others(maxNorm).");
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
          "The parameter \""
              + parameter
              + "\" is in more than one group: "
              + claiming
              + ". Change the patterns.");
    }
    if (claiming.isEmpty() && groups.stream().noneMatch(group -> group.name().equals(OTHERS))) {
      throw new IllegalStateException(
          "The parameter \""
              + parameter
              + "\" is in no group. Add others(maxNorm), or exclude the parameter. All"
              + " parameters are "
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
