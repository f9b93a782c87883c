package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.forensics.NonFiniteParameter;
import io.github.dl4jclipping.forensics.NonFinitePlaces;
import io.github.dl4jclipping.forensics.Origin;
import io.github.dl4jclipping.forensics.OriginKind;
import io.github.dl4jclipping.internal.precision.ScaledStep;
import io.github.dl4jclipping.norm.NonFiniteCount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Finds where the first non-finite value of a step came from.
 *
 * <p>Checks the batch, then repeats the passes on a copy of the network up to the first non-finite
 * value: in the activations, the loss or the gradient. The cause may also be a parameter, or a
 * batch that the network's data type cannot hold. The search runs before the step is applied and
 * does not change the network. It never throws, except for errors that the JVM may not survive;
 * anything undetermined is recorded as a note.
 */
public final class OriginFinder {

  /** The number of a network's first incidents whose origin is always looked for. */
  public static final long ALWAYS_SOUGHT = 10;

  private final Model model;
  private final Map<String, Trainable> parts;
  private final List<NonFiniteParameter> gradient;
  private final @Nullable ScaledStep scaling;
  private final List<String> notes = new ArrayList<>();

  private OriginFinder(
      Model model,
      Map<String, Trainable> parts,
      List<NonFiniteParameter> gradient,
      @Nullable ScaledStep scaling) {
    this.model = model;
    this.parts = parts;
    this.gradient = gradient;
    this.scaling = scaling;
  }

  /** Returns the origin for a report if forensics is off. */
  public static Origin notSought() {
    return Origins.unknown("the origin was not looked for, because forensics is off");
  }

  /** Returns the origin for a report after many others. */
  public static Origin notSoughtAgain(long incident) {
    return Origins.unknown(
        "the origin was not looked for: this is incident "
            + incident
            + " of the network, and after the first "
            + ALWAYS_SOUGHT
            + " incidents only incidents "
            + Long.highestOneBit(2 * ALWAYS_SOUGHT - 1)
            + ", "
            + 2 * Long.highestOneBit(2 * ALWAYS_SOUGHT - 1)
            + " and so on, doubling each time, are examined");
  }

  /**
   * Returns whether the origin of an incident is looked for: for the first {@value #ALWAYS_SOUGHT}
   * incidents of a network, and then for each incident whose number is a power of 2.
   *
   * @param incident the number of the incident, from 1
   */
  public static boolean isSought(long incident) {
    return incident <= ALWAYS_SOUGHT || Long.bitCount(incident) == 1;
  }

  /**
   * Returns whether the batch that a network holds is non-finite. Arrays that cannot be read are
   * ignored; never throws.
   */
  public static boolean isBatchBroken(Model model) {
    try {
      return Batch.of(model).arrays().stream()
          .anyMatch(
              candidate -> {
                INDArray array = candidate.array();
                return array != null
                    && candidate.whyUnreadable().isEmpty()
                    && !Places.isFinite(array);
              });
    } catch (RuntimeException e) {
      return false;
    }
  }

  /**
   * Finds the origin.
   *
   * @param model a network, or the layer in layerwise pretraining
   * @param parts its parts that have parameters, by name
   * @param gradient the parameters whose gradient is non-finite, in the network's order
   * @param foreign whether the gradient is not the network's own
   * @param scaling how the loss of the step was scaled; null if it was not
   */
  @SuppressWarnings("CatchingUnchecked") // a layer's own error must not end training
  public static Origin find(
      Model model,
      Map<String, Trainable> parts,
      List<NonFiniteParameter> gradient,
      boolean foreign,
      @Nullable ScaledStep scaling) {
    OriginFinder finder = new OriginFinder(model, parts, gradient, scaling);
    Origin origin = null;
    Random random = Nd4j.getRandom();
    long root = random.rootState();
    long node = random.nodeState();
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      origin = foreign ? finder.ofForeign() : finder.ofOwn();
    } catch (Throwable e) {
      finder.note("the search for the origin", e);
    } finally {
      random.setStates(root, node);
    }
    return Origins.noting(origin == null ? Origins.unknown() : origin, finder.notes);
  }

  /** Records an exception, usually of a user's own code, unless the JVM may not survive it. */
  private void note(String what, Throwable thrown) {
    boolean survivable = thrown instanceof OutOfMemoryError || thrown instanceof StackOverflowError;
    if (thrown instanceof VirtualMachineError error && !survivable) {
      throw error;
    }
    if (thrown instanceof ThreadDeath death) {
      throw death;
    }
    if (thrown instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    notes.add(what + " ended in " + describe(thrown));
  }

  @SuppressWarnings("CatchingUnchecked") // an exception's own message may fail, too
  private static String describe(Throwable thrown) {
    try {
      return thrown.toString();
    } catch (Throwable e) {
      return thrown.getClass().getName();
    }
  }

  private @Nullable Origin ofForeign() {
    notes.add("only the parameters were checked, because the gradient is not the network's own");
    return inParameters();
  }

  private @Nullable Origin ofOwn() {
    Batch batch = Batch.of(model);
    Origin origin = inBatch(batch);
    if (origin != null) {
      return origin;
    }
    return canRepeat(batch) ? inPasses(batch) : inParametersAlone();
  }

  private boolean canRepeat(Batch batch) {
    if (isPretraining()) {
      notes.add("in layerwise pretraining only the input and the parameters are checked");
      return false;
    }
    boolean unreadable =
        batch.arrays().stream().anyMatch(array -> array.whyUnreadable().isPresent());
    if (batch.features().length == 0 || unreadable) {
      notes.add(
          "the forward pass could not be repeated, because the network does not hold the whole"
              + " batch");
      return false;
    }
    return true;
  }

  /** Repeats the passes on a copy, which is freed afterwards. */
  @SuppressWarnings("CatchingUnchecked") // a layer's own error must not end training
  private @Nullable Origin inPasses(Batch batch) {
    QuietCopy copier = new QuietCopy();
    Origin origin;
    try (Scratch scratch = new Scratch()) {
      Replay replay = replay(batch, copier, scratch);
      origin = replay.forward();
      boolean lost = origin == null && copier.quietened() && !Double.isFinite(model.score());
      if (copier.quietened()) {
        notes.add("the passes were repeated without dropout and weight noise");
      }
      if (lost) {
        notes.add(
            "in this repetition everything up to the loss is finite, but in training the score was "
                + model.score());
        return null;
      }
      return origin == null ? inBackward(replay) : origin;
    } catch (Throwable e) {
      note("the repetition of the forward pass", e);
      return inParametersAlone();
    }
  }

  private Replay replay(Batch batch, QuietCopy copier, Scratch scratch) {
    DataType type = model.params().dataType();
    DataType ofLoss = scaling != null && type == DataType.FLOAT16 ? DataType.FLOAT : type;
    ReplayChecks checks =
        new ReplayChecks(
            batch, new Suspects(batch, type, ofLoss), scaling != null, scratch.manager(), notes);
    return model instanceof MultiLayerNetwork network
        ? new LayersReplay(network, copier.of(network), checks)
        : new GraphReplay((ComputationGraph) model, copier.of((ComputationGraph) model), checks);
  }

  @SuppressWarnings("CatchingUnchecked") // a layer's own error must not end training
  private @Nullable Origin inBackward(Replay replay) {
    try {
      Origin origin = replay.backward(scaling == null ? 1 : scaling.factor());
      if (origin == null) {
        notes.add("the repeated backward pass is finite");
      } else if (origin.kind() != OriginKind.BACKWARD) {
        return origin;
      } else {
        return withGradient(scaling == null ? origin : ofScale(origin, replay, scaling));
      }
    } catch (Throwable e) {
      note("the repetition of the backward pass", e);
    }
    return nearestToLoss();
  }

  /**
   * Returns the loss scale as the origin if the backward pass is finite without it, otherwise the
   * given origin.
   */
  private Origin ofScale(Origin origin, Replay replay, ScaledStep scaled) {
    if (scaled.scale() == 1) {
      return origin;
    }
    notes.add("the loss scale was " + scaled.scale());
    if (replay.backward(scaled.factorWithoutScale()) == null) {
      return Origins.of(OriginKind.LOSS_SCALE, origin.where(), origin.found());
    }
    notes.add("the backward pass is non-finite even without the loss scale");
    return origin;
  }

  /**
   * Returns the origin with the counts of the step's own gradient if they are known, otherwise with
   * those of the replay.
   */
  private Origin withGradient(Origin origin) {
    List<NonFiniteParameter> broken = brokenOf(origin.where());
    return broken.isEmpty() ? origin : ofGradient(origin.kind(), origin.where(), broken);
  }

  /** Returns the last layer with a non-finite gradient, which is the nearest to the loss. */
  private @Nullable Origin nearestToLoss() {
    Origin nearest = null;
    for (String layer : parts.keySet()) {
      List<NonFiniteParameter> broken = brokenOf(layer);
      if (!broken.isEmpty()) {
        nearest = ofGradient(OriginKind.BACKWARD, layer, broken);
      }
    }
    if (nearest != null) {
      notes.add(
          "the backward pass broke at layer "
              + nearest.where()
              + ", or above it at a layer without parameters");
    }
    return nearest;
  }

  private List<NonFiniteParameter> brokenOf(String layer) {
    Trainable part = parts.get(layer);
    if (part == null) {
      return List.of();
    }
    Set<String> names =
        part.paramTable(false).keySet().stream()
            .map(parameter -> layer + "_" + parameter)
            .collect(Collectors.toSet());
    return gradient.stream().filter(parameter -> names.contains(parameter.name())).toList();
  }

  private static Origin ofGradient(OriginKind kind, String layer, List<NonFiniteParameter> broken) {
    NonFiniteCount count =
        new NonFiniteCount(
            broken.stream().mapToLong(NonFiniteParameter::nan).sum(),
            broken.stream().mapToLong(NonFiniteParameter::positiveInfinity).sum(),
            broken.stream().mapToLong(NonFiniteParameter::negativeInfinity).sum());
    long elements = broken.stream().mapToLong(NonFiniteParameter::elements).sum();
    String names = broken.stream().map(NonFiniteParameter::name).collect(Collectors.joining(", "));
    return Origins.noting(
        Origins.of(kind, layer, new NonFinitePlaces(elements, count, List.of(), List.of())),
        List.of("the parameters of layer " + layer + " with a non-finite gradient are " + names));
  }

  private @Nullable Origin inBatch(Batch batch) {
    Origin origin = null;
    for (BatchArray candidate : batch.arrays()) {
      INDArray array = candidate.array();
      Optional<String> unreadable = candidate.whyUnreadable();
      if (unreadable.isPresent()) {
        notes.add("the " + candidate.name() + " could not be checked, because " + unreadable.get());
      } else if (origin == null && array != null && !Places.isFinite(array)) {
        origin = Origins.of(candidate.kind(), candidate.name(), Places.find(array));
      }
    }
    return origin;
  }

  /**
   * Checks the parameters if the passes cannot be repeated, so that it is unknown whether this step
   * used them.
   */
  private @Nullable Origin inParametersAlone() {
    Origin origin = inParameters();
    if (origin != null) {
      notes.add("it is unknown whether this step used parameter " + origin.where());
    }
    return origin;
  }

  private @Nullable Origin inParameters() {
    return parts.entrySet().stream()
        .map(part -> Suspects.inParameters(part.getKey(), part.getValue(), isPretraining()))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private boolean isPretraining() {
    return !(model instanceof MultiLayerNetwork) && !(model instanceof ComputationGraph);
  }
}
