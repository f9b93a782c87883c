package io.github.dl4jclipping.forensics;

import io.github.dl4jclipping.norm.NonFiniteCount;
import io.github.dl4jclipping.norm.Trainables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Finds where the first non-finite value of a step came from.
 *
 * <p>Looks at the batch, the parameters, the activations, the loss and the gradient, in this order,
 * while the network is as it was before the step is applied. Repeats the forward pass on a copy
 * where it has to; changes nothing of the network, and never throws: what it cannot tell, it says.
 */
public final class OriginFinder {

  private final Model model;
  private final List<NonFiniteParameter> gradient;
  private final List<String> notes = new ArrayList<>();

  private OriginFinder(Model model, List<NonFiniteParameter> gradient) {
    this.model = model;
    this.gradient = gradient;
  }

  /** Returns the origin of a report that nobody asked to look into. */
  public static Origin notSought() {
    return Origin.unknown("forensics is off, so nobody looked where it came from");
  }

  /**
   * Finds the origin.
   *
   * @param model a network, or the layer in layerwise pretraining
   * @param gradient the parameters whose gradient is not finite, in the network's order
   * @param foreign whether the gradient is not the network's own
   */
  public static Origin find(Model model, List<NonFiniteParameter> gradient, boolean foreign) {
    OriginFinder finder = new OriginFinder(model, gradient);
    Origin origin = null;
    Random random = Nd4j.getRandom();
    long root = random.rootState();
    long node = random.nodeState();
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      origin = foreign ? finder.ofForeign() : finder.ofOwn();
    } catch (RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError e) {
      finder.notes.add("looking for where it came from ended in " + e);
    } finally {
      random.setStates(root, node);
    }
    return (origin == null ? Origin.unknown() : origin).noting(finder.notes);
  }

  private @Nullable Origin ofForeign() {
    notes.add("the gradient came from elsewhere, so only the parameters were looked at");
    return inParameters();
  }

  private @Nullable Origin ofOwn() {
    Batch batch = Batch.of(model);
    Origin origin = inBatch(batch);
    if (origin == null) {
      origin = inParameters();
    }
    return origin == null ? inPasses(batch) : origin;
  }

  /** Repeats the forward pass on a copy; what it does not show came about on the way back. */
  private @Nullable Origin inPasses(Batch batch) {
    if (!(model instanceof MultiLayerNetwork) && !(model instanceof ComputationGraph)) {
      notes.add("in layerwise pretraining only the input and the parameters are looked at");
      return null;
    }
    if (batch.features().length == 0 || hasUnreadable(batch)) {
      notes.add("without the whole batch the forward pass could not be repeated");
      return null;
    }
    QuietCopy copier = new QuietCopy();
    Origin origin =
        model instanceof MultiLayerNetwork network
            ? new LayersReplay(network, copier.of(network), batch, notes)
                .run(Objects.requireNonNull(batch.features()[0]))
            : replay((ComputationGraph) model, copier, batch);
    if (copier.quietened()) {
      notes.add("the forward pass was repeated without dropout and weight noise");
    }
    if (origin == null && copier.quietened() && !Double.isFinite(model.score())) {
      notes.add("so repeated it is finite up to the loss, which was " + model.score());
      return null;
    }
    return origin == null ? inBackward() : origin;
  }

  private @Nullable Origin replay(ComputationGraph graph, QuietCopy copier, Batch batch) {
    INDArray[] features =
        Arrays.stream(batch.features())
            .map(array -> Objects.requireNonNull(array, "an input is not set"))
            .toArray(INDArray[]::new);
    return new GraphReplay(graph, copier.of(graph), batch, notes).run(features);
  }

  private boolean hasUnreadable(Batch batch) {
    return batch.arrays().stream().anyMatch(candidate -> !isReadable(candidate));
  }

  /** The last layer with a broken gradient is the nearest to the loss. */
  private @Nullable Origin inBackward() {
    Map<String, NonFiniteParameter> broken = new HashMap<>();
    gradient.forEach(parameter -> broken.put(parameter.name(), parameter));
    Origin nearest = null;
    for (Map.Entry<String, Trainable> part : Trainables.of(model).entrySet()) {
      List<NonFiniteParameter> its = new ArrayList<>();
      for (String parameter : part.getValue().paramTable(false).keySet()) {
        NonFiniteParameter found = broken.get(part.getKey() + "_" + parameter);
        if (found != null) {
          its.add(found);
        }
      }
      if (!its.isEmpty()) {
        nearest = ofGradient(part.getKey(), its);
      }
    }
    return nearest;
  }

  private static Origin ofGradient(String layer, List<NonFiniteParameter> its) {
    long elements = its.stream().mapToLong(NonFiniteParameter::elements).sum();
    NonFiniteCount count =
        new NonFiniteCount(
            its.stream().mapToLong(NonFiniteParameter::nan).sum(),
            its.stream().mapToLong(NonFiniteParameter::positiveInfinity).sum(),
            its.stream().mapToLong(NonFiniteParameter::negativeInfinity).sum());
    NonFinitePlaces found = new NonFinitePlaces(elements, count, List.of(), List.of());
    String names = its.stream().map(NonFiniteParameter::name).collect(Collectors.joining(", "));
    return Origin.of(OriginKind.BACKWARD, layer, found)
        .noting(List.of("the broken parameters of layer " + layer + " are " + names));
  }

  private @Nullable Origin inBatch(Batch batch) {
    for (BatchArray candidate : batch.arrays()) {
      INDArray array = candidate.array();
      if (array != null && isReadable(candidate) && !Places.isFinite(array)) {
        return Origin.of(candidate.kind(), candidate.name(), Places.find(array));
      }
    }
    return null;
  }

  private boolean isReadable(BatchArray candidate) {
    Optional<String> reason = candidate.whyUnreadable();
    reason.ifPresent(
        why -> notes.add("the " + candidate.name() + " could not be looked at: " + why));
    return reason.isEmpty();
  }

  private @Nullable Origin inParameters() {
    for (Map.Entry<String, Trainable> part : Trainables.of(model).entrySet()) {
      for (Map.Entry<String, INDArray> parameter : part.getValue().paramTable(false).entrySet()) {
        if (!Places.isFinite(parameter.getValue())) {
          return Origin.of(
              OriginKind.PARAMETERS,
              part.getKey() + "_" + parameter.getKey(),
              Places.count(parameter.getValue()));
        }
      }
    }
    return null;
  }
}
