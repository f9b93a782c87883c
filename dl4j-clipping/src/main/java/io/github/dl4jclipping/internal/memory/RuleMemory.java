package io.github.dl4jclipping.internal.memory;

import io.github.dl4jclipping.internal.log.LogName;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.RuleParameter;
import io.github.dl4jclipping.rule.RuleState;
import java.io.File;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what the rule of one network has learned, and a restored history until a rule uses it. */
public final class RuleMemory {

  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  /** The rules that were warned of, because every worker of every fit would repeat the warning. */
  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

  /** Matches an identity hash, as in Object's toString, and the class name of a lambda. */
  private static final Pattern FLEETING = Pattern.compile("[\\w$./]@[0-9a-f]{1,8}\\b|\\$\\$Lambda");

  private @Nullable ClipRule rule;
  private List<RuleParameter> parameters = List.of();
  private List<RuleState> states = List.of();
  private @Nullable SavedState toTakeUp;
  private @Nullable File file;
  private int iteration;
  private boolean byWorker;

  /**
   * Returns the states of a rule's stages. If the rule or the parameters have changed, the states
   * are new ones, and start with the restored history if there is one.
   *
   * @throws IllegalStateException if the restored history belongs to another rule or network
   * @throws IllegalArgumentException if the rule cannot have saved the restored history
   */
  public List<RuleState> statesOf(ClipRule wanted, List<RuleParameter> all, Progress progress) {
    if (wanted.equals(rule) && all.equals(parameters)) {
      return states;
    }
    List<RuleState> started = start(wanted, all);
    boolean takenUp = toTakeUp != null && takeUp(toTakeUp, wanted, all, started);
    if (!takenUp && wanted.learns()) {
      warnOfEmpty(wanted, progress);
    }
    toTakeUp = null;
    rule = wanted;
    parameters = all;
    states = started;
    iteration = progress.iterations();
    return started;
  }

  private static List<RuleState> start(ClipRule rule, List<RuleParameter> parameters) {
    return rule.stages().stream().map(stage -> stage.start(parameters)).toList();
  }

  /** Restores a history, and returns whether it was one for this rule. */
  private boolean takeUp(
      SavedState saved, ClipRule wanted, List<RuleParameter> all, List<RuleState> started) {
    List<SavedState.Stage> learned = saved.learned();
    if (learned.isEmpty()) {
      return false;
    }
    List<Map<String, double[]>> numbers = match(saved, wanted);
    if (numbers.isEmpty()) {
      if (wanted.learns()) {
        throw new IllegalStateException(
            "The restored history belongs to the rule "
                + inWords(learned)
                + ", but this network uses "
                + wanted
                + ". Nothing has changed. Call GradientClipping.detachFrom(network), which"
                + " drops the restored history, and add the listener with the rule that you"
                + " want.");
      }
      log.warn(
          "The restored history is dropped, because the rule {} does not learn. The history"
              + " belongs to the rule {} and was read from {}.",
          wanted,
          inWords(learned),
          file);
      return false;
    }
    List<String> names = all.stream().map(RuleParameter::name).toList();
    if (!saved.parameters().equals(names)) {
      throw new IllegalStateException(
          "The restored history belongs to the parameters "
              + saved.parameters()
              + ", but this network clips the parameters "
              + names
              + ". Nothing has changed. Call GradientClipping.detachFrom(network), which drops"
              + " the restored history, and add the listener with the settings that were saved.");
    }
    for (int i = 0; i < started.size(); i++) {
      restore(started.get(i), numbers.get(i), wanted.stages().get(i));
    }
    return true;
  }

  private static String inWords(List<SavedState.Stage> learned) {
    return learned.stream().map(SavedState.Stage::rule).collect(Collectors.joining(", "));
  }

  /**
   * Returns the saved numbers for each stage of a rule; empty if they belong to other rules that
   * learn.
   */
  private static List<Map<String, double[]>> match(SavedState saved, ClipRule wanted) {
    List<ClipRule> stages = wanted.stages();
    if (saved.rule().equals(wanted.toString()) && saved.stages().size() == stages.size()) {
      return saved.stages().stream().map(SavedState.Stage::numbers).toList();
    }
    Deque<SavedState.Stage> learned = new ArrayDeque<>(saved.learned());
    List<Map<String, double[]>> numbers = new ArrayList<>();
    for (ClipRule stage : stages) {
      SavedState.Stage next = learned.peek();
      if (next != null && stage.toString().equals(next.rule())) {
        numbers.add(learned.remove().numbers());
      } else if (stage.learns()) {
        return List.of();
      } else {
        numbers.add(Map.of());
      }
    }
    return learned.isEmpty() ? numbers : List.of();
  }

  /** Restores one stage; a custom rule may throw any exception. */
  private void restore(RuleState state, Map<String, double[]> numbers, ClipRule stage) {
    try {
      state.restore(numbers);
    } catch (RuntimeException e) {
      throw SavedState.damaged(
          file, "the rule " + stage + " cannot restore it: " + e.getMessage(), e);
    }
  }

  private static void warnOfEmpty(ClipRule rule, Progress progress) {
    if (progress.byWorker()) {
      if (TOLD.add(rule.toString())) {
        log.warn(
            "The rule {} starts with an empty history on this worker. A worker's history lasts"
                + " for one fit of ParallelWrapper or one split of Spark, and a restored"
                + " history does not reach workers.{}",
            rule,
            rule.warmUp() == 0
                ? ""
                : " Its warm-up takes "
                    + rule.warmUp()
                    + " steps, and a worker with fewer steps never completes it. Give each worker"
                    + " more steps, or set a shorter warm-up.");
      }
    } else if (progress.iterations() > 0) {
      log.warn(
          "The rule {} starts with an empty history on a network that was trained for {}"
              + " iterations. If the network was loaded from a file with a saved history, call"
              + " GradientClipping.restoreState(network, file) before it trains.",
          rule,
          progress.iterations());
    }
  }

  /** Returns whether a rule is in use. */
  boolean isStarted() {
    return rule != null;
  }

  /** Records that the network itself takes a step. */
  public void step(Progress progress) {
    iteration = progress.iterations();
    byWorker = progress.byWorker();
  }

  /**
   * Returns what there is to save; empty if there is neither a rule in use nor a restored history.
   *
   * @throws IllegalStateException if the network was trained unclipped after the history was
   *     restored, or if the history could never be restored
   */
  Optional<SavedState> save(Progress progress) {
    if (rule == null) {
      int now = progress.iterations();
      if (toTakeUp != null && !toTakeUp.learned().isEmpty() && now != iteration) {
        throw new IllegalStateException(
            "The history was not saved, because it is out of date: after it was restored, the"
                + " network was trained from iteration "
                + iteration
                + " to "
                + now
                + " without being clipped itself, for example because workers train copies of"
                + " it. Nothing was written.");
      }
      return Optional.ofNullable(toTakeUp);
    }
    List<SavedState.Stage> stages = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      stages.add(save(rule.stages().get(i), states.get(i)));
    }
    return Optional.of(
        new SavedState(
            rule.toString(), parameters.stream().map(RuleParameter::name).toList(), stages));
  }

  private static SavedState.Stage save(ClipRule stage, RuleState state) {
    Map<String, double[]> numbers = state.save();
    if (!stage.learns() && numbers.isEmpty()) {
      return new SavedState.Stage(null, numbers);
    }
    String inWords = stage.toString();
    if (FLEETING.matcher(inWords).find()) {
      throw new IllegalStateException(
          "The rule "
              + inWords
              + " learns, but its toString names an object by a number or a class that differs in"
              + " each JVM, so its history could never be restored. Nothing was written. Override"
              + " toString in "
              + stage.getClass().getName()
              + ", and in the objects that it consists of, so that it names the settings.");
    }
    numbers.forEach(
        (name, values) -> {
          if (!Arrays.stream(values).allMatch(Double::isFinite)) {
            throw new IllegalStateException(
                "The rule "
                    + inWords
                    + " has learned non-finite numbers under \""
                    + name
                    + "\", so its history could never be restored. Nothing was written. Let the"
                    + " rule learn only finite numbers.");
          }
        });
    return new SavedState.Stage(inWords, numbers);
  }

  /** Warns if the saved history lacks some of the network's steps. */
  void warnOfOthersSteps(Progress progress) {
    int now = progress.iterations();
    if (now > iteration + 1) {
      log.warn(
          "The network is at iteration {}, but its last clipped step was iteration {}. The"
              + " history and the loss scale that saveState writes lack the steps between, for"
              + " example because workers trained copies of the network or because nothing"
              + " clipped it.",
          now,
          iteration);
    } else if (byWorker) {
      log.warn(
          "The last step of this network, iteration {}, was taken by one of several workers."
              + " The history and the loss scale that saveState writes cover only the steps of"
              + " this worker, not those of the others.",
          iteration);
    }
  }

  /**
   * Restores a saved history: now if a rule is in use, otherwise when a rule starts.
   *
   * @param modelFile the file that the history was read from
   * @throws IllegalStateException if the history belongs to another rule or to other parameters;
   *     nothing has changed
   * @throws IllegalArgumentException if the rule cannot have saved the history; nothing has changed
   */
  void restore(SavedState saved, Progress progress, File modelFile) {
    ClipRule current = rule;
    file = modelFile;
    if (current == null) {
      toTakeUp = saved;
    } else {
      // A trial run on temporary states comes first, so that a failure changes nothing.
      if (takeUp(saved, current, parameters, start(current, parameters))) {
        takeUp(saved, current, parameters, states);
      } else if (current.learns()) {
        warnOfEmpty(current, progress);
      }
    }
    iteration = progress.iterations();
    byWorker = false;
  }
}
