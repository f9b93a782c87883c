package io.github.dl4jclipping.internal.memory;

import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.JsonNodeFactory;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Reads and writes a {@link SavedState} as JSON:
 *
 * <pre>{@code
 * {"version":1,"rule":"autoClip(percentile=10.0)","parameters":["0_W","0_b"],
 *  "stages":[{"norms":[0.5,2.0,0.5,1.0,2.0,1.0]}],"stageRules":["autoClip(percentile=10.0)"]}
 * }</pre>
 *
 * <p>{@code stages} has the numbers that each stage of the rule has learned, by name. {@code
 * stageRules} has the {@code toString} of each stage, or null if the stage does not learn. If the
 * loss is scaled, the version is 2 and there are also
 *
 * <pre>{@code
 * "lossScale":{"scale":65536.0,"goodSteps":12,"overflows":3},"masterWeights":true
 * }</pre>
 *
 * <p>{@code masterWeights} is present only if there are master weights. Files of earlier versions
 * of this library lack {@code stageRules} and {@code masterWeights}, and earlier versions ignore
 * these fields.
 */
final class SavedStateJson {

  private static final int VERSION = 2;
  private static final int DEEPEST = 4;
  private static final int LONGEST_NUMBER = 32;

  private static final String STAGE_RULES = "stageRules";
  private static final String LOSS_SCALE = "lossScale";
  private static final String MASTER_WEIGHTS = "masterWeights";
  private static final Set<String> FIELDS =
      Set.of("version", "rule", "parameters", "stages", STAGE_RULES, LOSS_SCALE, MASTER_WEIGHTS);

  private static final ObjectMapper MAPPER =
      new ObjectMapper(new JsonFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION));

  private final File modelFile;

  private SavedStateJson(File modelFile) {
    this.modelFile = modelFile;
  }

  static String write(SavedState saved) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    // Without a loss scale, earlier versions can read all of it.
    json.put("version", saved.lossScale() == null ? 1 : VERSION);
    json.put("rule", saved.rule());
    ArrayNode parameters = json.putArray("parameters");
    saved.parameters().forEach(parameters::add);
    ArrayNode stages = json.putArray("stages");
    ArrayNode rules = json.putArray(STAGE_RULES);
    for (SavedState.Stage stage : saved.stages()) {
      ObjectNode numbers = stages.addObject();
      // Sorted, because the order of a Map.of differs between JVMs.
      new TreeMap<>(stage.numbers())
          .forEach((name, values) -> Arrays.stream(values).forEach(numbers.putArray(name)::add));
      rules.add(stage.rule());
    }
    LossScaleStatus scale = saved.lossScale();
    if (scale != null) {
      json.putObject(LOSS_SCALE)
          .put("scale", scale.scale())
          .put("goodSteps", scale.goodSteps())
          .put("overflows", scale.overflows());
    }
    if (saved.masterWeights()) {
      json.put(MASTER_WEIGHTS, true);
    }
    return json.toString();
  }

  /**
   * Reads a saved state.
   *
   * @param modelFile the file that the text is from
   * @throws IllegalArgumentException if the text is not a saved state, or is from a newer version
   */
  static SavedState read(String text, File modelFile) {
    SavedStateJson reader = new SavedStateJson(modelFile);
    try {
      reader.requireFlat(text);
      return reader.state(MAPPER.readTree(text));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "The history in " + modelFile + " is not valid JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "The history in " + modelFile + " is not valid JSON: " + e, e);
    }
  }

  /**
   * Refuses deep nesting, which would exhaust the stack, and long numbers, which take long to
   * parse.
   */
  private void requireFlat(String text) throws IOException {
    try (JsonParser parser = MAPPER.getFactory().createParser(text)) {
      int depth = 0;
      int values = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        values += depth == 0 ? 1 : 0;
        require(depth <= DEEPEST, "it is nested too deeply");
        require(
            !token.isNumeric() || parser.getTextLength() <= LONGEST_NUMBER,
            "it has a number with more than " + LONGEST_NUMBER + " characters");
      }
      require(values == 1, "it must be one JSON object");
    }
  }

  private SavedState state(JsonNode json) {
    require(json.isObject(), "it must be one JSON object");
    JsonNode version = json.path("version");
    require(version.isIntegralNumber(), "version must be an integer");
    if (!version.canConvertToInt() || version.intValue() > VERSION) {
      throw new IllegalArgumentException(
          "The history in "
              + modelFile
              + " was saved by a newer version of this library: its version is "
              + version
              + ", but this library reads versions up to "
              + VERSION
              + ". Update this library.");
    }
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      require(FIELDS.contains(name), "it has an unknown field \"" + name + "\"");
    }
    require(version.intValue() >= 1, "version must be >= 1, but is " + version);
    require(
        json.has(LOSS_SCALE) == (version.intValue() == VERSION),
        "version 2 must have a lossScale, and version 1 must not");
    require(json.path("rule").isTextual(), "rule must be a string");
    require(
        !json.has(MASTER_WEIGHTS) || (json.get(MASTER_WEIGHTS).isBoolean() && json.has(LOSS_SCALE)),
        "masterWeights must be true or false, and needs a lossScale");
    String rule = json.get("rule").textValue();
    return new SavedState(
        rule,
        parameters(json.path("parameters")),
        stages(rule, json.path("stages"), json.get(STAGE_RULES)),
        json.has(LOSS_SCALE) ? lossScale(json.get(LOSS_SCALE)) : null,
        json.path(MASTER_WEIGHTS).booleanValue());
  }

  private List<String> parameters(JsonNode json) {
    require(json.isArray(), "parameters must be an array");
    List<String> parameters = new ArrayList<>();
    for (JsonNode name : json) {
      require(name.isTextual(), "each of the parameters must be a string");
      parameters.add(name.textValue());
    }
    require(
        new HashSet<>(parameters).size() == parameters.size(), "parameters must not repeat a name");
    return parameters;
  }

  private List<SavedState.Stage> stages(String rule, JsonNode json, @Nullable JsonNode rules) {
    require(json.isArray(), "stages must be an array");
    require(
        rules == null || (rules.isArray() && rules.size() == json.size()),
        "stageRules must be an array as long as stages");
    List<SavedState.Stage> stages = new ArrayList<>();
    for (int i = 0; i < json.size(); i++) {
      Map<String, double[]> numbers = numbers(json.get(i));
      JsonNode inWords = rules == null ? null : rules.get(i);
      require(
          inWords == null || inWords.isTextual() || (inWords.isNull() && numbers.isEmpty()),
          "stageRules must name each stage that has numbers");
      String words = inWords == null ? earlier(rule, json.size(), numbers) : inWords.textValue();
      stages.add(new SavedState.Stage(words, numbers));
    }
    return stages;
  }

  /**
   * Returns the text of a stage in a file of an earlier version, which has only the text of the
   * whole rule.
   */
  private static @Nullable String earlier(String rule, int stages, Map<String, double[]> numbers) {
    return numbers.isEmpty() ? null : stages == 1 ? rule : "a stage of " + rule;
  }

  private Map<String, double[]> numbers(JsonNode stage) {
    require(stage.isObject(), "each of the stages must be an object");
    Map<String, double[]> numbers = new LinkedHashMap<>();
    for (Iterator<Map.Entry<String, JsonNode>> fields = stage.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      require(field.getValue().isArray(), "stages must have arrays of numbers");
      double[] values = new double[field.getValue().size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = finite(field.getValue().get(i), "each number of the stages");
      }
      numbers.put(field.getKey(), values);
    }
    return numbers;
  }

  private LossScaleStatus lossScale(JsonNode json) {
    require(
        json.isObject() && json.size() == 3, "lossScale must have scale, goodSteps and overflows");
    double scale = finite(json.path("scale"), "the scale of lossScale");
    JsonNode goodSteps = json.path("goodSteps");
    JsonNode overflows = json.path("overflows");
    require(scale > 0, "the scale of lossScale must be > 0, but is " + scale);
    require(
        goodSteps.isIntegralNumber() && goodSteps.canConvertToInt() && goodSteps.intValue() >= 0,
        "goodSteps must be an integer >= 0, but is " + goodSteps);
    require(
        overflows.isIntegralNumber() && overflows.canConvertToLong() && overflows.longValue() >= 0,
        "overflows must be an integer >= 0, but is " + overflows);
    return new LossScaleStatus(scale, goodSteps.intValue(), overflows.longValue());
  }

  private double finite(JsonNode json, String what) {
    if (!json.isNumber() || !Double.isFinite(json.doubleValue())) {
      throw damaged(what + " must be a finite number");
    }
    return json.doubleValue();
  }

  private void require(boolean condition, String reason) {
    if (!condition) {
      throw damaged(reason);
    }
  }

  private IllegalArgumentException damaged(String reason) {
    return SavedState.damaged(modelFile, reason, null);
  }
}
