package io.github.dl4jclipping.step;

import io.github.dl4jclipping.norm.Trainables;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import io.github.dl4jclipping.scaling.MasterWeights;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipException;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.JsonNodeFactory;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Keeps what a rule has learned inside the file of a model, as an entry of its own beside DL4J's:
 * {@value #ENTRY}, JSON of the form
 *
 * <pre>{@code
 * {"version":1,"rule":"autoClip(percentile=10.0)","parameters":["0_W","0_b"],
 *  "stages":[{"norms":[0.5,2.0,0.5,1.0,2.0,1.0]}]}
 * }</pre>
 *
 * <p>with the numbers that each stage of the rule has learned, by name. Of a network whose loss is
 * scaled it is version 2 and has, too,
 *
 * <pre>{@code
 * "lossScale":{"scale":65536.0,"goodSteps":12,"overflows":3}
 * }</pre>
 *
 * <p>and master weights are an entry of their own, see {@link SavedMaster}.
 */
public final class SavedHistory {

  private static final String ENTRY = "dl4j-clipping.json";
  private static final int VERSION = 2;
  private static final String LOSS_SCALE = "lossScale";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private SavedHistory() {}

  /**
   * Adds a network's history to a model file, in the place of one that is there.
   *
   * @throws IllegalStateException if nothing clips the network yet
   * @throws IllegalArgumentException if the file is no model file
   * @throws UncheckedIOException if it cannot be read or written
   */
  public static void save(Model network, File modelFile) {
    ClippingState state = ClippingState.of(network);
    History history =
        state
            .histories()
            .save(network)
            .map(saved -> saved.with(state.lossScale()))
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "nothing has clipped this network yet, so that there is no history to save:"
                            + " train it first, or call attachTo(network)"));
    Path model = model(modelFile);
    Map<String, ModelEntries.Content> entries = new LinkedHashMap<>();
    entries.put(ENTRY, ModelEntries.Content.of(toJson(history).toString()));
    entries.put(SavedMaster.ENTRY, SavedMaster.of(state.master()));
    try {
      ModelEntries.put(model, entries);
    } catch (ZipException e) {
      throw noModel(model, "is no zip file", e);
    } catch (IOException e) {
      throw unusable(modelFile, e);
    }
  }

  /**
   * Takes a history up from a model file.
   *
   * @throws IllegalArgumentException if the file is no model file, has no history, or has one of
   *     another network or of a newer version
   * @throws IllegalStateException if it is of another rule than the one that is installed
   * @throws UncheckedIOException if it cannot be read
   */
  public static void restore(Model network, File modelFile) {
    Path model = model(modelFile);
    History history;
    MasterWeights master;
    try {
      String entry =
          ModelEntries.text(model, ENTRY)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          modelFile
                              + " has no saved history: write one with saveState after DL4J has"
                              + " written the model"));
      history = fromJson(MAPPER.readTree(entry), modelFile);
      master = SavedMaster.read(model, network).orElse(null);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the history in " + modelFile + " is no JSON: " + e.getOriginalMessage(), e);
    } catch (CharacterCodingException e) {
      throw damaged(modelFile);
    } catch (ZipException e) {
      throw noModel(model, "is no zip file", e);
    } catch (IOException e) {
      throw unusable(modelFile, e);
    }
    requireParameters(network, history, modelFile);
    ClippingState state = ClippingState.of(network);
    if (state.histories().isStarted()) {
      state.requireLossScalingFor(history.lossScale());
    }
    state.histories().restore(history, network);
    state.takeUp(history.lossScale(), master);
  }

  private static void requireParameters(Model network, History history, File modelFile) {
    Set<String> names = new HashSet<>();
    Trainables.of(network)
        .forEach(
            (part, trainable) ->
                trainable.paramTable(false).keySet().forEach(p -> names.add(part + "_" + p)));
    if (!names.containsAll(history.parameters())) {
      throw new IllegalArgumentException(
          "the history in "
              + modelFile
              + " is of another network: it is of the parameters "
              + history.parameters()
              + ", but this network has "
              + names.stream().sorted().toList());
    }
  }

  private static Path model(File modelFile) {
    Path path = modelFile.toPath().toAbsolutePath();
    if (!Files.isRegularFile(path)) {
      throw noModel(path, "is none", null);
    }
    try {
      if (!ModelEntries.has(path, "configuration.json")) {
        throw noModel(path, "has no configuration", null);
      }
      return path;
    } catch (ZipException e) {
      throw noModel(path, "is no zip file", e);
    } catch (IOException e) {
      throw unusable(modelFile, e);
    }
  }

  private static IllegalArgumentException noModel(
      Path path, String reason, @Nullable Exception cause) {
    return new IllegalArgumentException(
        "modelFile must be a file that DL4J has written, but " + path + " " + reason, cause);
  }

  private static UncheckedIOException unusable(File modelFile, IOException e) {
    return new UncheckedIOException(
        "the model file " + modelFile + " cannot be read and written: " + e, e);
  }

  private static ObjectNode toJson(History history) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    // Without a loss scale, versions before it read all of it.
    json.put("version", history.lossScale() == null ? 1 : VERSION);
    json.put("rule", history.rule());
    ArrayNode parameters = json.putArray("parameters");
    history.parameters().forEach(parameters::add);
    ArrayNode stages = json.putArray("stages");
    for (Map<String, double[]> stage : history.stages()) {
      ObjectNode numbers = stages.addObject();
      stage.forEach(
          (name, values) -> {
            ArrayNode list = numbers.putArray(name);
            Arrays.stream(values).forEach(list::add);
          });
    }
    LossScaleStatus scale = history.lossScale();
    if (scale != null) {
      json.putObject(LOSS_SCALE)
          .put("scale", scale.scale())
          .put("goodSteps", scale.goodSteps())
          .put("overflows", scale.overflows());
    }
    return json;
  }

  private static History fromJson(JsonNode json, File modelFile) {
    int version = json.path("version").asInt(0);
    if (version > VERSION) {
      throw new IllegalArgumentException(
          "the history in "
              + modelFile
              + " was saved by a newer version: it is of version "
              + version
              + ", and this library reads up to "
              + VERSION);
    }
    if (version < 1
        || !json.path("rule").isTextual()
        || !json.path("parameters").isArray()
        || !json.path("stages").isArray()) {
      throw damaged(modelFile);
    }
    List<String> parameters = new ArrayList<>();
    json.get("parameters").forEach(name -> parameters.add(name.asText()));
    List<Map<String, double[]>> stages = new ArrayList<>();
    json.get("stages").forEach(stage -> stages.add(numbers(stage, modelFile)));
    return new History(
        json.get("rule").asText(), parameters, stages, lossScale(json.get(LOSS_SCALE), modelFile));
  }

  private static @Nullable LossScaleStatus lossScale(@Nullable JsonNode json, File modelFile) {
    if (json == null) {
      return null;
    }
    double scale = json.path("scale").asDouble();
    JsonNode goodSteps = json.path("goodSteps");
    JsonNode overflows = json.path("overflows");
    if (!(scale > 0)
        || Double.isInfinite(scale)
        || !goodSteps.canConvertToInt()
        || goodSteps.intValue() < 0
        || !overflows.canConvertToLong()
        || overflows.longValue() < 0) {
      throw damaged(modelFile);
    }
    return new LossScaleStatus(scale, goodSteps.intValue(), overflows.longValue());
  }

  private static Map<String, double[]> numbers(JsonNode stage, File modelFile) {
    Map<String, double[]> numbers = new LinkedHashMap<>();
    for (Iterator<Map.Entry<String, JsonNode>> fields = stage.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      if (!field.getValue().isArray()) {
        throw damaged(modelFile);
      }
      double[] values = new double[field.getValue().size()];
      for (int i = 0; i < values.length; i++) {
        JsonNode value = field.getValue().get(i);
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
          throw damaged(modelFile);
        }
        values[i] = value.doubleValue();
      }
      numbers.put(field.getKey(), values);
    }
    return numbers;
  }

  private static IllegalArgumentException damaged(File modelFile) {
    return new IllegalArgumentException(
        "the history in "
            + modelFile
            + " is damaged: it must have version, rule, parameters and stages of numbers, and a"
            + " lossScale of scale, goodSteps and overflows where it has one");
  }
}
