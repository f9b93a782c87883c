package io.github.dl4jclipping.step;

import io.github.dl4jclipping.norm.Trainables;
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
 * <p>with the numbers that each stage of the rule has learned, by name.
 */
public final class SavedHistory {

  private static final String ENTRY = "dl4j-clipping.json";
  private static final int VERSION = 1;
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
    History history =
        ClippingState.of(network)
            .histories()
            .save(network)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "nothing has clipped this network yet, so that there is no history to save:"
                            + " train it first, or call attachTo(network)"));
    Path model = model(modelFile);
    try {
      ModelEntries.put(model, ENTRY, toJson(history).toString());
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
    try {
      String entry =
          ModelEntries.get(model, ENTRY)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          modelFile
                              + " has no saved history: write one with saveState after DL4J has"
                              + " written the model"));
      history = fromJson(MAPPER.readTree(entry), modelFile);
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
    ClippingState.of(network).histories().restore(history, network);
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
    json.put("version", VERSION);
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
    return new History(json.get("rule").asText(), parameters, stages);
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
            + " is damaged: it must have version, rule, parameters and stages of numbers");
  }
}
