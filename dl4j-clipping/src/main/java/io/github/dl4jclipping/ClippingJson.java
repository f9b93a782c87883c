package io.github.dl4jclipping;

import io.github.dl4jclipping.internal.json.JsonFields;
import io.github.dl4jclipping.internal.json.RecordJson;
import io.github.dl4jclipping.internal.json.RuleJson;
import io.github.dl4jclipping.internal.step.ClippingSettings;
import io.github.dl4jclipping.norm.NamePattern;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.DeserializationFeature;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.JsonNodeFactory;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Reads and writes the settings as JSON. Every field has a name; unknown fields are refused, and no
 * class name is ever read.
 */
final class ClippingJson {

  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  // These may be missing: earlier versions did not write them.
  private static final String FORENSICS = "forensics";
  private static final String EXCLUDE = "exclude";
  private static final String LOSS_SCALING = "lossScaling";

  private ClippingJson() {}

  /**
   * Checks that settings can be written.
   *
   * @throws IllegalStateException if the rule is a custom one
   */
  static void requireForm(ClippingSettings settings) {
    RuleJson.toTree(settings.rule());
  }

  static ObjectNode toTree(ClippingSettings settings) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.set("rule", RuleJson.toTree(settings.rule()));
    tree.put("nonFinite", settings.policy().name());
    tree.put("maxConsecutiveSkips", settings.maxConsecutiveSkips());
    tree.put("parameterNorms", settings.parameterNorms());
    if (!settings.forensics()) {
      // Written only if it differs from the default, so that earlier versions can read the rest.
      tree.put(FORENSICS, false);
    }
    if (!settings.excluded().isEmpty()) {
      ArrayNode patterns = tree.putArray(EXCLUDE);
      settings.excluded().forEach(pattern -> patterns.add(pattern.glob()));
    }
    if (settings.lossScaling() != null) {
      RecordJson.put(tree.putObject(LOSS_SCALING), settings.lossScaling());
    }
    return tree;
  }

  static ClippingSettings read(String json) {
    try {
      return fromTree(MAPPER.readTree(json));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "The settings of gradient clipping must be JSON: " + e.getOriginalMessage(), e);
    }
  }

  static ClippingSettings fromTree(JsonNode tree) {
    List<String> fields =
        new ArrayList<>(List.of("rule", "nonFinite", "maxConsecutiveSkips", "parameterNorms"));
    Stream.of(FORENSICS, EXCLUDE, LOSS_SCALING).filter(tree::has).forEach(fields::add);
    JsonFields.require(tree, "clipping", fields.toArray(String[]::new));
    return new ClippingSettings(
        RuleJson.fromTree(tree.get("rule")),
        JsonFields.constant(tree.get("nonFinite"), "nonFinite", NonFinitePolicy.class),
        JsonFields.integer(tree.get("maxConsecutiveSkips"), "maxConsecutiveSkips"),
        JsonFields.bool(tree.get("parameterNorms"), "parameterNorms"),
        !tree.has(FORENSICS) || JsonFields.bool(tree.get(FORENSICS), FORENSICS),
        tree.has(EXCLUDE) ? patterns(tree.get(EXCLUDE)) : List.of(),
        tree.has(LOSS_SCALING)
            ? RecordJson.read(tree.get(LOSS_SCALING), LOSS_SCALING, LossScaling.class)
            : null);
  }

  private static List<NamePattern> patterns(JsonNode array) {
    List<NamePattern> patterns = new ArrayList<>();
    for (JsonNode pattern : JsonFields.array(array, EXCLUDE)) {
      patterns.add(new NamePattern(JsonFields.string(pattern, EXCLUDE)));
    }
    return patterns;
  }
}
