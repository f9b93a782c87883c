package io.github.dl4jclipping.step;

import io.github.dl4jclipping.report.ClippingLog;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.RuleParameter;
import io.github.dl4jclipping.rule.RuleState;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the rule of one network has learned, or is to take up. */
final class Histories {

  private static final Logger log = LoggerFactory.getLogger(ClippingLog.NAME);

  /** The rules that were warned of: every worker of every fit would say the same. */
  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

  private @Nullable ClipRule rule;
  private List<RuleParameter> parameters = List.of();
  private List<RuleState> states = List.of();
  private @Nullable History toTakeUp;
  private int restoredAt;

  /**
   * Returns the states of a rule's stages, started afresh, or from what is to be taken up, when the
   * rule or the parameters are others than before.
   *
   * @throws IllegalStateException if what is to be taken up is of another rule or network
   */
  List<RuleState> of(ClipRule wanted, List<RuleParameter> all, Model network) {
    History saved = toTakeUp;
    if (wanted.equals(rule) && all.equals(parameters)) {
      return states;
    }
    List<RuleState> started = start(wanted, all);
    if (saved != null) {
      takeUp(saved, wanted, all, started);
    } else if (wanted.learns()) {
      warnOfEmpty(wanted, network);
    }
    toTakeUp = null;
    rule = wanted;
    parameters = all;
    states = started;
    return started;
  }

  private static List<RuleState> start(ClipRule rule, List<RuleParameter> parameters) {
    return rule.stages().stream().map(stage -> stage.start(parameters)).toList();
  }

  private static void takeUp(
      History saved, ClipRule wanted, List<RuleParameter> all, List<RuleState> started) {
    if (!saved.rule().equals(wanted.toString())) {
      throw new IllegalStateException(
          "The history that restoreState read is of the rule "
              + saved.rule()
              + ", but this network's rule is "
              + wanted
              + ". Nothing has changed. Call GradientClipping.detachFrom(network), which drops that"
              + " history, and add the listener with the rule that you want.");
    }
    List<String> names = all.stream().map(RuleParameter::name).toList();
    if (!saved.parameters().equals(names)) {
      throw new IllegalStateException(
          "The history that restoreState read is of the parameters "
              + saved.parameters()
              + ", but those of this network that take part are "
              + names
              + ". Nothing has changed. Call GradientClipping.detachFrom(network), which drops that"
              + " history, and add the listener with the settings that were saved.");
    }
    if (saved.stages().size() != started.size()) {
      throw new IllegalStateException(
          "The history that restoreState read has "
              + saved.stages().size()
              + " stages, but the rule "
              + wanted
              + " has "
              + started.size());
    }
    for (int i = 0; i < started.size(); i++) {
      started.get(i).restore(saved.stages().get(i));
    }
  }

  private static void warnOfEmpty(ClipRule rule, Model network) {
    if (Trainer.isWorker()) {
      if (TOLD.add(rule.toString())) {
        log.warn(
            "{} learns anew on this worker: its history lasts one fit of ParallelWrapper, or one"
                + " split of Spark, and none that was restored is taken along.{}",
            rule,
            rule.warmUp() == 0
                ? ""
                : " Its warm-up takes "
                    + rule.warmUp()
                    + " steps: a worker that sees fewer never gets beyond it. Give it more, or a"
                    + " shorter warm-up.");
      }
    } else if (Trainer.iterationOf(network) > 0) {
      log.warn(
          "{} starts with an empty history on a network that has been trained for {} iterations. If"
              + " it was restored from a file with a saved history, call"
              + " GradientClipping.restoreState(network, file) before it trains.",
          rule,
          Trainer.iterationOf(network));
    }
  }

  /** Returns whether a rule is at work. */
  boolean isStarted() {
    return rule != null;
  }

  /**
   * Returns what there is to save; empty where no rule was ever started.
   *
   * @throws IllegalStateException if the network was trained without it since it was restored
   */
  Optional<History> save(Model network) {
    if (rule == null) {
      if (toTakeUp != null && Trainer.iterationOf(network) != restoredAt) {
        throw new IllegalStateException(
            "this network was trained since its history was restored, from iteration "
                + restoredAt
                + " to "
                + Trainer.iterationOf(network)
                + ", but not clipped itself, as where workers train copies of it: its history is of"
                + " the past and not saved.");
      }
      return Optional.ofNullable(toTakeUp);
    }
    return Optional.of(
        new History(
            rule.toString(),
            parameters.stream().map(RuleParameter::name).toList(),
            states.stream().map(RuleState::save).toList()));
  }

  /**
   * Takes up what was saved: now, where the rule is there, otherwise once it is.
   *
   * @throws IllegalStateException if it is of another rule or of other parameters
   * @throws IllegalArgumentException if it holds what the rule cannot have saved; in either case
   *     nothing has changed
   */
  void restore(History saved, Model network) {
    ClipRule current = rule;
    if (current == null) {
      toTakeUp = saved;
      restoredAt = Trainer.iterationOf(network);
      return;
    }
    takeUp(saved, current, parameters, start(current, parameters)); // a try, on states of no use
    takeUp(saved, current, parameters, states);
  }
}
