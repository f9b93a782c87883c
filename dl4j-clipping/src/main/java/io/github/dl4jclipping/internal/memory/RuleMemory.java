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

/** What the rule of one network has learned, or is to take up. */
public final class RuleMemory {

  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  /** The rules that were warned of: every worker of every fit would say the same. */
  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

  /** An identity hash, as in the toString of Object, and the name of a lambda's class. */
  private static final Pattern FLEETING = Pattern.compile("[\\w$./]@[0-9a-f]{1,8}\\b|\\$\\$Lambda");

  private @Nullable ClipRule rule;
  private List<RuleParameter> parameters = List.of();
  private List<RuleState> states = List.of();
  private @Nullable SavedState toTakeUp;
  private @Nullable File file;
  private int iteration;
  private boolean byWorker;

  /**
   * Returns the states of a rule's stages, started afresh, or from what is to be taken up, when the
   * rule or the parameters are others than before.
   *
   * @throws IllegalStateException if what is to be taken up is of another rule or network
   * @throws IllegalArgumentException if it holds what the rule cannot have saved
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

  /** Returns whether there was anything for this rule. */
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
                + ". Nothing has changed. Call GradientClipping.detachFrom(network), which drops"
                + " what was read, and add the listener with the rule that you want.");
      }
      log.warn(
          "{} does not learn: what {} has learned, which restoreState read from {}, is dropped.",
          wanted,
          inWords(learned),
          file);
      return false;
    }
    List<String> names = all.stream().map(RuleParameter::name).toList();
    if (!saved.parameters().equals(names)) {
      throw new IllegalStateException(
          "The history that restoreState read is of the parameters "
              + saved.parameters()
              + ", but those of this network that take part are "
              + names
              + ". Nothing has changed. Call GradientClipping.detachFrom(network), which drops"
              + " what was read, and add the listener with the settings that were saved.");
    }
    for (int i = 0; i < started.size(); i++) {
      restore(started.get(i), numbers.get(i), wanted.stages().get(i));
    }
    return true;
  }

  private static String inWords(List<SavedState.Stage> learned) {
    return learned.stream().map(SavedState.Stage::rule).collect(Collectors.joining(", "));
  }

  /** Returns the numbers for each stage of a rule; none if they are of others that learn. */
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

  /** A rule of the user's own may throw whatever it likes. */
  private void restore(RuleState state, Map<String, double[]> numbers, ClipRule stage) {
    try {
      state.restore(numbers);
    } catch (RuntimeException e) {
      throw SavedState.damaged(file, stage + " cannot take it up, " + e.getMessage(), e);
    }
  }

  private static void warnOfEmpty(ClipRule rule, Progress progress) {
    if (progress.byWorker()) {
      if (TOLD.add(rule.toString())) {
        log.warn(
            "{} starts with an empty history on this worker: it lasts one fit of ParallelWrapper, or"
                + " one split of Spark, and none that was restored is taken along.{}",
            rule,
            rule.warmUp() == 0
                ? ""
                : " Its warm-up takes "
                    + rule.warmUp()
                    + " steps: a worker that sees fewer never gets beyond it. Give it more, or a"
                    + " shorter warm-up.");
      }
    } else if (progress.iterations() > 0) {
      log.warn(
          "{} starts with an empty history on a network that has been trained for {} iterations. If"
              + " it was restored from a file with a saved history, call"
              + " GradientClipping.restoreState(network, file) before it trains.",
          rule,
          progress.iterations());
    }
  }

  /** Returns whether a rule is at work. */
  boolean isStarted() {
    return rule != null;
  }

  /** Notes that the network takes a step of its own. */
  public void step(Progress progress) {
    iteration = progress.iterations();
    byWorker = progress.byWorker();
  }

  /**
   * Returns what there is to save; empty where no rule was ever started.
   *
   * @throws IllegalStateException if the network was trained without it since it was restored, or
   *     if it could not be restored
   */
  Optional<SavedState> save(Progress progress) {
    if (rule == null) {
      int now = progress.iterations();
      if (toTakeUp != null && !toTakeUp.learned().isEmpty() && now != iteration) {
        throw new IllegalStateException(
            "this network was trained since its history was restored, from iteration "
                + iteration
                + " to "
                + now
                + ", but not clipped itself, as where workers train copies of it: its history is of"
                + " the past and not saved.");
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
              + " learns, but its toString names an object by a number that differs in each JVM, so"
              + " that what it has learned would never be taken up. Nothing was written. Override"
              + " toString in "
              + stage.getClass().getName()
              + ", and in what it consists of, so that it names the settings.");
    }
    numbers.forEach(
        (name, values) -> {
          if (!Arrays.stream(values).allMatch(Double::isFinite)) {
            throw new IllegalStateException(
                "The rule "
                    + inWords
                    + " has learned \""
                    + name
                    + "\" with numbers that are not finite, which would never be taken up. Nothing"
                    + " was written.");
          }
        });
    return new SavedState.Stage(inWords, numbers);
  }

  /** Warns if the network has moved on by steps that are not in what is saved. */
  void warnOfOthersSteps(Progress progress) {
    int now = progress.iterations();
    if (now > iteration + 1) {
      log.warn(
          "The network is at iteration {}, but its last clipped step was iteration {}: the steps"
              + " between, as where workers train copies of it or nothing clips, are not in the"
              + " history and the loss scale that saveState writes.",
          now,
          iteration);
    } else if (byWorker) {
      log.warn(
          "The last step of this network, iteration {}, was that of one worker among several:"
              + " history and loss scale that saveState writes are of its own steps, and know"
              + " nothing of the other workers'.",
          iteration);
    }
  }

  /**
   * Takes up what was saved: now, where the rule is there, otherwise once it is.
   *
   * @param modelFile where it is from
   * @throws IllegalStateException if it is of another rule or of other parameters
   * @throws IllegalArgumentException if it holds what the rule cannot have saved; in either case
   *     nothing has changed
   */
  void restore(SavedState saved, Progress progress, File modelFile) {
    ClipRule current = rule;
    file = modelFile;
    if (current == null) {
      toTakeUp = saved;
    } else {
      // A try, on states of no use, comes first.
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
