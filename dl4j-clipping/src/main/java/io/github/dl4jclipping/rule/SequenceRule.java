package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.norm.NormType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Applies several rules in order, each to the result of the previous one; for example a norm and
 * then values, or the whole gradient and then groups. Reports carry each stage as a part.
 *
 * <p>Combinations that contradict themselves are refused: two rules of the same type, rules that
 * only measure, {@link RenormalizeRule} together with a rule that {@linkplain ClipRule#boundsWhole
 * bounds the norm of the whole gradient}, and a sequence inside another.
 *
 * @param stages the rules, at least one
 */
public record SequenceRule(List<ClipRule> stages) implements ClipRule {

  /** Checks that the rules can be combined. */
  public SequenceRule {
    stages = List.copyOf(stages);
    if (stages.isEmpty()) {
      throw new IllegalArgumentException("inOrder must have at least one rule, but it has none");
    }
    List<Class<?>> kinds = new ArrayList<>();
    for (ClipRule stage : stages) {
      if (stage instanceof NoRule || stage instanceof SequenceRule) {
        throw new IllegalArgumentException(
            "inOrder must have only single rules that clip, but it has " + stage);
      }
      if (kinds.contains(stage.getClass())) {
        throw new IllegalArgumentException(
            "inOrder must not repeat a rule type, but it has " + stages);
      }
      kinds.add(stage.getClass());
    }
    if (kinds.contains(RenormalizeRule.class) && stages.stream().anyMatch(ClipRule::boundsWhole)) {
      throw new IllegalArgumentException(
          "inOrder must not both renormalize the whole gradient and clip its norm: one of the two"
              + " would have no effect. It has "
              + stages);
    }
  }

  /** Returns the type of the norm of the first stage, which reports carry. */
  @Override
  public NormType normType() {
    return stages.get(0).normType();
  }

  @Override
  public double maxNorm() {
    return stages.stream()
        .filter(stage -> stage.normType().equals(normType()))
        .mapToDouble(ClipRule::maxNorm)
        .min()
        .orElseThrow();
  }

  @Override
  public boolean clipsMostSteps() {
    return stages.stream().anyMatch(ClipRule::clipsMostSteps);
  }

  @Override
  public boolean learns() {
    return stages.stream().anyMatch(ClipRule::learns);
  }

  @Override
  public int warmUp() {
    return stages.stream().mapToInt(ClipRule::warmUp).max().orElseThrow();
  }

  @Override
  public ClipRule forSome(List<RuleParameter> parameters) {
    return new SequenceRule(stages.stream().map(stage -> stage.forSome(parameters)).toList());
  }

  /**
   * Never returns.
   *
   * @throws UnsupportedOperationException always, because the stages are started one by one
   */
  @Override
  public RuleState start(List<RuleParameter> parameters) {
    throw new UnsupportedOperationException("the stages of inOrder are started one by one");
  }

  @Override
  public String toString() {
    return stages.stream()
        .map(ClipRule::toString)
        .collect(Collectors.joining(", ", "inOrder(", ")"));
  }
}
