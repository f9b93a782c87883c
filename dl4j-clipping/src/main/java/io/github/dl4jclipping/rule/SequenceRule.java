package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.norm.NormType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Applies several rules in order, each to what the one before left: value after norm, say, or
 * groups after the whole. Reports tell each stage as a part.
 *
 * <p>Orders that contradict themselves are refused: two rules of one kind, rules that measure only,
 * {@link RenormalizeRule} beside a rule that {@linkplain ClipRule#boundsWhole bounds the norm of
 * the whole}, and an order inside another.
 *
 * @param stages the rules, at least one
 */
public record SequenceRule(List<ClipRule> stages) implements ClipRule {

  /** Checks that the rules go together. */
  public SequenceRule {
    stages = List.copyOf(stages);
    if (stages.isEmpty()) {
      throw new IllegalArgumentException("inOrder must have at least one rule, but has none");
    }
    List<Class<?>> kinds = new ArrayList<>();
    for (ClipRule stage : stages) {
      if (stage instanceof NoRule || stage instanceof SequenceRule) {
        throw new IllegalArgumentException(
            "inOrder must have rules that clip, each a single one, but has " + stage);
      }
      if (kinds.contains(stage.getClass())) {
        throw new IllegalArgumentException(
            "inOrder must not repeat a kind of rule, but has " + stages);
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

  /** Returns the norm of the first stage: what reports carry. */
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
   * @throws UnsupportedOperationException always: its stages are started one by one
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
